/** Whatever runs deliveries and sweeps by itself: in this process, or through pg-boss. */
export interface JobRunner {
  start(): Promise<void>;
  /** Takes on nothing new and waits for what runs, at most 15 s. What is left over runs again elsewhere. */
  stop(): Promise<void>;
  /** Says that something was committed that may be owed to somebody. Cheap; never throws. */
  nudge(): void;
}

export const STOP_TIMEOUT_MS = 15_000;
