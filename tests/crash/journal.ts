/** A purchase whose answer reached the client: from then on the product may not forget it. */
export interface AcknowledgedPayment {
  readonly id: string;
  readonly accountId: string;
  /** The Idempotency-Key it was asked with. */
  readonly key: string | null;
  readonly status: string;
  /** RFC 3339; null where it bought nothing. */
  readonly subscriptionEndAt: string | null;
}

/** The newest report of a stream that was answered with 200. */
export interface AcknowledgedBeat {
  readonly accountId: string;
  readonly streamId: string;
  readonly titleId: string;
  readonly seq: number;
  readonly positionSeconds: number;
}

/** What the clients were told, by themselves: the other side of the comparison with what is stored. */
export interface Journal {
  readonly payments: readonly AcknowledgedPayment[];
  readonly beats: readonly AcknowledgedBeat[];
  /** Answers that nobody should get, whatever is killed. */
  readonly unexpected: readonly string[];
  /** Purchases and heartbeats that a blow cut off before their answer. */
  readonly interrupted: number;
}

export class JournalWriter implements Journal {
  readonly payments: AcknowledgedPayment[] = [];
  readonly unexpected: string[] = [];
  interrupted = 0;
  readonly #beats = new Map<string, AcknowledgedBeat>();

  get beats(): readonly AcknowledgedBeat[] {
    return [...this.#beats.values()];
  }

  beat(beat: AcknowledgedBeat): void {
    const known = this.#beats.get(beat.streamId);
    if (!known || known.seq < beat.seq) this.#beats.set(beat.streamId, beat);
  }
}
