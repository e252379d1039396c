/** How often it is told how far the work is, whether or not that has changed. */
const REPORT_MS = 5_000;
/** A database that restarts takes less than this many reports; a lease lasts longer. */
const MAX_MISSED = 6;

/**
 * Work that is ended when somebody else has taken it over, when the process stops, or when nobody can be told of
 * it any more. Reports never overlap, and none is on its way once `end` has resolved.
 */
export class Supervised {
  /** Per cent. */
  progress = 0;
  readonly #ending = new AbortController();
  readonly #report: (progress: number) => Promise<boolean>;
  readonly #timer: NodeJS.Timeout;
  readonly #stopping: AbortSignal;
  readonly #stop = (): void => this.#ending.abort();
  #telling: Promise<void> | undefined;
  #missed = 0;

  constructor(report: (progress: number) => Promise<boolean>, stopping: AbortSignal, everyMs = REPORT_MS) {
    this.#report = report;
    this.#stopping = stopping;
    stopping.addEventListener('abort', this.#stop, { once: true });
    if (stopping.aborted) this.#stop();
    this.#timer = setInterval(() => {
      this.#telling ??= this.#tell().finally(() => (this.#telling = undefined));
    }, everyMs);
  }

  /** Ends the programs that do the work. */
  get signal(): AbortSignal {
    return this.#ending.signal;
  }

  get isOver(): boolean {
    return this.#ending.signal.aborted;
  }

  async end(): Promise<void> {
    clearInterval(this.#timer);
    this.#stopping.removeEventListener('abort', this.#stop);
    await this.#telling;
  }

  async #tell(): Promise<void> {
    try {
      const isOurs = await this.#report(this.progress);
      this.#missed = 0;
      if (!isOurs) this.#stop();
    } catch {
      // A database that restarts is no reason to throw hours of work away. Where it stays away, the work cannot
      // be concluded either, and that failure is told.
      this.#missed += 1;
      if (this.#missed >= MAX_MISSED) this.#stop();
    }
  }
}
