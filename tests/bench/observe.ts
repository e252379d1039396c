import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Loaded into the product's process beside the product (`--import`): answers whoever started it how long its event
 * loop was held up since it was asked last.
 */
export interface Delays {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Finer than what is to be seen; a timer that is on time comes this late. */
const RESOLUTION_MS = 5;

if (isMainThread && process.send) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  process.on('message', () => {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
    const delays: Delays = {
      p50: late(delay.percentile(50)),
      p99: late(delay.percentile(99)),
      max: late(delay.max),
    };
    delay.reset();
    process.send?.(delays);
  });
  // What is observed ends when it is done, whoever is still listening.
  process.channel?.unref();
}
