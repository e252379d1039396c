import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Client, type Answer } from '../world/client.ts';
import type { Account } from './usage-book.ts';
import { ADMIN, staged } from './staging.ts';
import type { Ground } from './ground.ts';

export const FEATURE = 'exports';
/** More than anybody uses here: nobody is refused. */
const LIMIT = 1_000_000;

const PLAN = {
  ...{ code: 'counted', name: 'Counted', price: '1.00', currency: 'USD', validity_days: 30 },
  ...{ access_level: 'premium', max_devices_allowed: 1, resolution: '1080p' },
  entitlements: [{ feature: FEATURE, kind: 'meter', limit: LIMIT, per: 'month', overage: 'block' }],
};

/** A plan with a meter is on sale; its id. */
export const sellMeter = (ground: Ground): Promise<string> =>
  staged(ground, async (base) => {
    const admin = await Client.logIn(base, ADMIN);
    return String(expected(await admin.post('/subscriptions/plans', PLAN), 201).body['id']);
  });

function expected(answer: Answer, status: number): Answer {
  if (answer.status === status) return answer;
  throw new Error(`${answer.status} instead of ${status}: ${JSON.stringify(answer.body)}`);
}

/** Where the product serves now; nothing more is asked of it once `stopped`. */
export interface Scene {
  base: string;
  stopped: boolean;
}

/** What the lanes of one account were told. */
export class Tally implements Account {
  readonly accountId: string;
  readonly isKeyed: boolean;
  acknowledged = 0;
  cutOff = 0;
  retried = 0;
  readonly counts: number[] = [];
  readonly unexpected: string[] = [];

  constructor(accountId: string, isKeyed: boolean) {
    this.accountId = accountId;
    this.isKeyed = isKeyed;
  }
}

/** A whole minute of trying. */
const MAX_TRIES = 240;

/** One account whose lanes use units side by side, each one after another. */
export class Consumers {
  readonly tally: Tally;
  readonly client: Client;
  readonly #chance: () => number;
  #requests = 0;

  private constructor(client: Client, tally: Tally, chance: () => number) {
    this.client = client;
    this.tally = tally;
    this.#chance = chance;
  }

  static async arrive(
    base: string,
    given: { readonly planId: string; readonly isKeyed: boolean; readonly chance: () => number },
  ): Promise<Consumers> {
    const email = `consumer-${randomBytes(6).toString('hex')}@example.com`;
    const client = await Client.register(base, { email, password: `the word of ${email}` });
    expected(await client.post('/payments', { plan_id: given.planId }), 201);
    return new Consumers(client, new Tally(client.accountId, given.isKeyed), given.chance);
  }

  /** Until it is stopped; then what has a key is asked again until it is answered. */
  async live(scene: Scene, lanes: number): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.#lane(scene)));
  }

  async shown(base: string): Promise<number> {
    const { body } = await this.#at(base).get(`/entitlements/${FEATURE}`);
    return Number(body['used']);
  }

  async #lane(scene: Scene): Promise<void> {
    while (!scene.stopped) {
      const amount = 1 + Math.floor(this.#chance() * 3);
      if (this.tally.isKeyed) await this.#keyed(scene, amount);
      else await this.#once(scene, amount);
    }
  }

  async #once(scene: Scene, amount: number): Promise<void> {
    const answer = await this.#ask(scene, amount, {});
    if (answer !== 'closed' && answer !== 'cut off') this.#note(answer, amount);
    else if (answer === 'cut off') this.tally.cutOff += amount;
  }

  async #keyed(scene: Scene, amount: number): Promise<void> {
    this.#requests += 1;
    const headers = { 'idempotency-key': `use-${this.tally.accountId}-${this.#requests}` };
    for (let attempt = 0; attempt < MAX_TRIES; attempt += 1) {
      const answer = await this.#ask(scene, amount, headers);
      if (answer !== 'closed' && answer !== 'cut off') return this.#note(answer, amount);
      if (answer === 'cut off') this.tally.retried += 1;
      await pause(250 * Math.min(1, attempt));
    }
    throw new Error(`a use of ${this.tally.accountId} was never answered`);
  }

  #note({ status, body }: Answer, amount: number): void {
    if (status !== 201) {
      this.tally.unexpected.push(`${status} ${JSON.stringify(body)}`);
      return;
    }
    this.tally.acknowledged += amount;
    this.tally.counts.push(Number(body['used']));
  }

  /** A door that is closed cuts nothing off. */
  async #ask(
    scene: Scene,
    amount: number,
    headers: Readonly<Record<string, string>>,
  ): Promise<Answer | 'closed' | 'cut off'> {
    try {
      return await this.#at(scene.base).post('/usage', { feature: FEATURE, amount }, headers);
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      await pause(20);
      return isRefused(error) ? 'closed' : 'cut off';
    }
  }

  #at(base: string): Client {
    const { token, credentials, accountId } = this.client;
    return new Client(base, { token: token ?? '', credentials, accountId });
  }
}

const isRefused = ({ cause }: Error): boolean =>
  cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
