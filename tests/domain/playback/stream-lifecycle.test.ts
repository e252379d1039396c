import { expect } from 'chai';
import { statesOf, targets } from '../../../src/kernel/state-machine.ts';
import {
  streamLifecycle,
  type StreamStatus,
  type StreamTrigger,
} from '../../../src/playback/stream-lifecycle.ts';

const TRIGGERS: readonly StreamTrigger[] = ['play', 'pause', 'complete', 'stop', 'expire', 'terminate'];
const RUNNING: readonly StreamStatus[] = ['starting', 'playing', 'paused'];
const AFTER: Readonly<Record<StreamTrigger, StreamStatus>> = {
  play: 'playing',
  pause: 'paused',
  complete: 'completed',
  stop: 'stopped',
  expire: 'expired',
  terminate: 'terminated',
};

describe('the life of a stream', () => {
  it('begins by starting', () => {
    expect(streamLifecycle.initial).to.deep.equal(['starting']);
  });

  for (const state of statesOf(streamLifecycle))
    for (const trigger of TRIGGERS) {
      const runs = RUNNING.includes(state);
      it(`${state} × ${trigger}: ${runs ? `becomes ${AFTER[trigger]}` : 'nothing, it is over'}`, () => {
        expect(targets(streamLifecycle, state, trigger)).to.deep.equal(runs ? [AFTER[trigger]] : []);
      });
    }
});
