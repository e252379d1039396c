/**
 * A bounded map that forgets what was not used lately, in constant time: two generations, of which the older
 * is dropped when the younger is full, or has lasted for `lastsMs`. It holds between half of `capacity` and
 * `capacity` entries; one that is not asked for goes after two generations at the latest, with the next `set`.
 */
export class Remembered<V> {
  readonly #half: number;
  readonly #lastsMs: number;
  #since = performance.now();
  #young = new Map<string, V>();
  #old = new Map<string, V>();

  constructor(capacity: number, lastsMs = Number.POSITIVE_INFINITY) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
    this.#lastsMs = lastsMs;
  }

  get(key: string): V | undefined {
    const young = this.#young.get(key);
    if (young !== undefined) return young;
    const old = this.#old.get(key);
    if (old !== undefined) this.set(key, old);
    return old;
  }

  set(key: string, value: V): void {
    const isFull = this.#young.size >= this.#half && !this.#young.has(key);
    if (isFull || performance.now() - this.#since > this.#lastsMs) this.#turn();
    this.#young.set(key, value);
  }

  #turn(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#since = performance.now();
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }
}
