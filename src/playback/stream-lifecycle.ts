import type { Machine } from '../kernel/state-machine.ts';

export const STREAM_STATUSES = [
  'starting',
  'playing',
  'paused',
  'completed',
  'stopped',
  'expired',
  'terminated',
] as const;
export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** `complete` is a stop behind the completion mark; `expire` is silence, or a pause that took too long. */
export type StreamTrigger = 'play' | 'pause' | 'complete' | 'stop' | 'expire' | 'terminate';

const ENDS = {
  complete: 'completed',
  stop: 'stopped',
  expire: 'expired',
  terminate: 'terminated',
} as const;

/** The life of a stream: one playing of one title on one device (rules.md, 'Playback'). */
export const streamLifecycle: Machine<StreamStatus, StreamTrigger> = {
  name: 'stream',
  initial: ['starting'],
  table: {
    starting: { play: 'playing', pause: 'paused', ...ENDS },
    playing: { play: 'playing', pause: 'paused', ...ENDS },
    paused: { play: 'playing', pause: 'paused', ...ENDS },
    completed: {},
    stopped: {},
    expired: {},
    terminated: {},
  },
};
