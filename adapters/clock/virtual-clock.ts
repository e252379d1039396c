import { after, instant, type Clock, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { MovableClock, OperationsStores } from '../../src/operations/index.ts';

export interface VirtualClockDeps {
  readonly unitOfWork: UnitOfWork<Pick<OperationsStores, 'clockOffset'>>;
  /** What it runs on with. */
  readonly base: Clock;
  readonly onError: (error: unknown) => void;
}

const POLL_MS = 500;

/**
 * The base's time and an offset that only grows. The offset lies in the database, so that it survives a
 * restart and reaches the other processes within half a second.
 */
export class VirtualClock implements MovableClock {
  readonly #deps: VirtualClockDeps;
  #offset = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: VirtualClockDeps) {
    this.#deps = deps;
  }

  now(): Instant {
    return after(this.#deps.base.now(), this.#offset);
  }

  async moveTo(at: Instant): Promise<void> {
    const offset = at - this.#deps.base.now();
    if (offset <= this.#offset) return;
    this.#take(await this.#deps.unitOfWork.run(({ clockOffset }) => clockOffset.raise(offset)));
  }

  /** Reads the offset, then goes on looking whether another process moved it. */
  async start(): Promise<void> {
    await this.#refresh();
    this.#schedule();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #refresh(): Promise<void> {
    this.#take(await this.#deps.unitOfWork.read(({ clockOffset }) => clockOffset.read()));
  }

  /** Answers can arrive out of order; time does not go back. */
  #take(offset: number): void {
    this.#offset = Math.max(this.#offset, instant(offset));
  }

  #schedule(): void {
    const timer = setTimeout(() => {
      this.#refresh()
        .catch(this.#deps.onError)
        .finally(() => {
          if (this.#timer === timer) this.#schedule();
        });
    }, POLL_MS);
    timer.unref();
    this.#timer = timer;
  }
}
