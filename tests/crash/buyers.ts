import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Answer } from '../world/client.ts';
import type { AcknowledgedPayment, JournalWriter } from './journal.ts';

/** What is for sale, and what is on. */
export interface Offer {
  readonly dayPlanId: string;
  readonly titleId: string;
}

/** An order until it is answered; a keyed one is repeated as it is. */
interface Order {
  readonly key: string | null;
  readonly method: 'pm_ok' | 'pm_declined';
}

/** Requests go on until it is set. */
export interface Load {
  stopped: boolean;
}

type Told = Pick<AcknowledgedPayment, 'id' | 'status' | 'subscriptionEndAt'>;

/** How a try ended. `later`: refused for so many seconds; `lost`: no answer came. */
type End =
  | { readonly kind: 'answered' }
  | { readonly kind: 'later'; readonly seconds: number }
  | { readonly kind: 'lost' };

const REFUSED_FOR_NOW = new Set(['idempotency.in-progress', 'billing.purchase-in-progress']);
/** A whole minute of trying: longer than anything may be under way. */
const MAX_REPEATS = 60;

/** One account that buys day after day while it watches, and notes what it is told. */
export class Buyer {
  readonly #journal: JournalWriter;
  readonly #offer: Offer;
  readonly #chance: () => number;
  #client: Client;
  #streamId = '';
  #seq = 0;
  #order: Order | null = null;
  #orders = 0;
  /** The window of 30 days is full: every further purchase is too early. */
  isFull = false;

  private constructor(client: Client, given: { journal: JournalWriter; offer: Offer; chance: () => number }) {
    this.#client = client;
    this.#journal = given.journal;
    this.#offer = given.offer;
    this.#chance = given.chance;
  }

  /** Registers, buys the first day and starts to watch. */
  static async arrive(
    base: string,
    given: { journal: JournalWriter; offer: Offer; chance: () => number },
  ): Promise<Buyer> {
    const email = `buyer-${randomBytes(6).toString('hex')}@example.com`;
    const client = await Client.register(base, { email, password: `the word of ${email}` });
    const buyer = new Buyer(client, given);
    await buyer.#answered({ key: null, method: 'pm_ok' });
    const body = { title_id: given.offer.titleId, device_id: 'tv' };
    const started = await client.post('/playback/sessions', body);
    if (started.status !== 201) throw new Error(`start: ${started.status} ${JSON.stringify(started.body)}`);
    buyer.#streamId = String(started.body['id']);
    return buyer;
  }

  get accountId(): string {
    return this.#client.accountId;
  }

  get client(): Client {
    return this.#client;
  }

  /** The product has come back, perhaps elsewhere. */
  moveTo(base: string): void {
    const { token, credentials, accountId } = this.#client;
    this.#client = new Client(base, { token: token ?? '', credentials, accountId });
  }

  /** Buys and watches until the load is stopped, whatever becomes of the other side. */
  async live(load: Load): Promise<void> {
    await Promise.all([this.#buying(load), this.#watching(load)]);
  }

  /** Brings an interrupted order to its answer, and with one more purchase whatever else was left under way. */
  async finish(): Promise<void> {
    if (this.#order) await this.#answered(this.#order);
    await this.#answered({ key: null, method: 'pm_ok' });
  }

  async #buying(load: Load): Promise<void> {
    while (!load.stopped && !this.isFull) {
      this.#order ??= this.#newOrder();
      const order = this.#order;
      // Now and then a nervous client sends it twice.
      const times = order.key !== null && this.#chance() < 0.2 ? 2 : 1;
      const tries = await Promise.all(Array.from({ length: times }, () => this.#send(order, load)));
      const isDone = tries.some(({ kind }) => kind === 'answered' || (kind === 'lost' && order.key === null));
      if (isDone) this.#order = null;
      const waits = tries.map((end) => (end.kind === 'later' ? end.seconds * 1_000 : 0));
      if (!isDone) await this.#untilStopped(load, Math.max(...waits));
      await pause(this.#chance() * 20);
    }
  }

  async #watching(load: Load): Promise<void> {
    while (!load.stopped) {
      const seq = (this.#seq += 1);
      const [answer] = await this.#ask(load, `/playback/sessions/${this.#streamId}/heartbeat`, {
        body: { seq, position_seconds: seq, state: 'playing' },
      });
      if (answer?.status === 200)
        this.#journal.beat({
          accountId: this.accountId,
          streamId: this.#streamId,
          titleId: this.#offer.titleId,
          seq,
          positionSeconds: seq,
        });
      else if (answer && answer.status !== 503) this.#unexpected('heartbeat', answer);
      await pause(5 + this.#chance() * 20);
    }
  }

  #newOrder(): Order {
    this.#orders += 1;
    return {
      key: this.#chance() < 0.6 ? `order-${this.accountId}-${this.#orders}` : null,
      method: this.#chance() < 0.1 ? 'pm_declined' : 'pm_ok',
    };
  }

  async #answered(order: Order): Promise<void> {
    const load = { stopped: false };
    for (let repeat = 0; repeat < MAX_REPEATS; repeat += 1) {
      const end = await this.#send(order, load);
      if (end.kind === 'answered') {
        this.#order = null;
        return;
      }
      await pause(end.kind === 'later' ? end.seconds * 1_000 : 500);
    }
    throw new Error(`no answer to ${order.key ?? 'an order without a key'} of ${this.accountId}`);
  }

  async #send(order: Order, load: Load): Promise<End> {
    const [answer] = await this.#ask(load, '/payments', {
      body: { plan_id: this.#offer.dayPlanId, payment_method: order.method },
      ...(order.key === null ? {} : { headers: { 'idempotency-key': order.key } }),
    });
    if (!answer) return { kind: 'lost' };
    const code = String(answer.body['code']);
    const seconds = Number(answer.headers.get('retry-after') ?? Number.NaN);
    const isLater = answer.status === 503 || (answer.status === 409 && REFUSED_FOR_NOW.has(code));
    if (isLater && seconds > 0) return { kind: 'later', seconds };
    if (answer.status === 201) this.#note(order.key, paymentIn(answer));
    else if (answer.status === 402 && order.method === 'pm_declined')
      this.#note(order.key, {
        id: String(answer.body['payment_id']),
        status: 'failed',
        subscriptionEndAt: null,
      });
    else if (answer.status === 409 && code === 'subscriptions.renewal-too-early') this.isFull = true;
    else this.#unexpected(`purchase with ${order.key}`, answer);
    return { kind: 'answered' };
  }

  #note(key: string | null, payment: Told): void {
    this.#journal.payments.push({ ...payment, key, accountId: this.accountId });
  }

  #unexpected(what: string, { status, body }: Answer): void {
    this.#journal.unexpected.push(`${what} of ${this.accountId}: ${status} ${JSON.stringify(body)}`);
  }

  /** Nothing when the connection broke: then nobody knows what became of it. */
  async #ask(
    load: Load,
    path: string,
    given: { readonly body: unknown; readonly headers?: Readonly<Record<string, string>> },
  ): Promise<readonly [Answer] | readonly []> {
    try {
      return [await this.#client.post(path, given.body, given.headers)];
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      // A closed door cuts nothing off.
      if (codeOf(error) !== 'ECONNREFUSED') this.#journal.interrupted += 1;
      await this.#untilStopped(load, 50);
      return [];
    }
  }

  async #untilStopped(load: Load, atMostMs: number): Promise<void> {
    for (let waited = 0; waited < atMostMs && !load.stopped; waited += 10) await pause(10);
  }
}

const paymentIn = ({ body }: Answer): Told => ({
  id: String(body['id']),
  status: String(body['status']),
  subscriptionEndAt: (body['subscription_end_at'] as string | null | undefined) ?? null,
});

const codeOf = ({ cause }: Error): unknown =>
  cause instanceof Error && 'code' in cause ? cause.code : undefined;
