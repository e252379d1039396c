import type { PlayableTitle } from '../../../src/playback/index.ts';

/** What somebody does with a title, on a device. */
export type Act =
  | readonly [device: string, 'starts']
  /** A report: so many seconds after what was before, with the device's next number unless one is named. */
  | readonly [device: string, 'plays' | 'pauses', position: number, Report?]
  | readonly [device: string, 'stops', position?: number]
  | readonly ['dismisses' | 'falls silent' | 'waits an hour'];

export interface Report {
  /** 30 by default. */
  readonly after?: number;
  readonly seq?: number;
}

export interface Story {
  /** Whose complaint or rule it answers, and how. */
  readonly it: string;
  readonly of?: Partial<PlayableTitle>;
  readonly acts: readonly Act[];
  readonly then: {
    readonly state: 'started' | 'paused' | 'completed';
    readonly position: number;
    /** Whether *continue watching* shows it. */
    readonly unfinished: boolean;
    /** Where the next playing begins; the position, unless it is said. */
    readonly resumes?: number;
    readonly views?: number;
  };
}
