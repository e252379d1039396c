import type { ServerResponse } from 'node:http';
import { busy } from '../../src/kernel/unit-of-work.ts';

/** Waiting at one gate at most; the next is told to come back. */
const MAX_WAITING = 1_000;

interface Queue {
  inside: number;
  readonly waiting: (() => void)[];
}

/** Lets so many requests of one key in at once; each leaves when its response has ended, however it ended. */
export class Gate {
  readonly #width: number;
  readonly #queues = new Map<string, Queue>();

  constructor(width: number) {
    this.#width = width;
  }

  async enter(key: string, response: ServerResponse): Promise<void> {
    const queue = this.#queueOf(key);
    if (queue.inside < this.#width) queue.inside += 1;
    else {
      if (queue.waiting.length >= MAX_WAITING) throw busy();
      await new Promise<void>((resolve) => queue.waiting.push(resolve));
    }
    if (response.closed) this.#leave(key, queue);
    else response.once('close', () => this.#leave(key, queue));
  }

  #queueOf(key: string): Queue {
    const known = this.#queues.get(key);
    if (known) return known;
    const made: Queue = { inside: 0, waiting: [] };
    this.#queues.set(key, made);
    return made;
  }

  /** Hands the place on, or gives it up. */
  #leave(key: string, queue: Queue): void {
    const next = queue.waiting.shift();
    if (next) return next();
    queue.inside -= 1;
    if (queue.inside === 0) this.#queues.delete(key);
  }
}
