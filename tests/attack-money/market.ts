import type { Answer, Client } from '../world/client.ts';
import { createPlanOn } from '../world/plans.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import type { StoreName } from '../world/stores.ts';

/** A product with plans worth cheating about, and the desks at which somebody may try. */
export interface Market extends RunningUsher {
  readonly boss: Client;
  /** 10.00 for 30 days. */
  readonly cheap: string;
  /** 30.00 for 30 days. */
  readonly dear: string;
  /** 10.00 for 31 days. */
  readonly odd: string;
  /** 10.00 for 30 days, after 7 days of trial. */
  readonly tried: string;
  /** Pays on the gateway's page, and lets everything happen that follows. */
  pay(checkoutUrl: unknown): Promise<void>;
  /** What the account has on its balance, in minor units. */
  balance(who: Client): Promise<number>;
  /** What is in our books as cash of everybody; throws when the books do not sum to 0. */
  cash(): Promise<number>;
}

export async function openMarket(store: StoreName = 'memory'): Promise<Market> {
  const world = await startUsher(store);
  const boss = await world.admin();
  const sell = (code: string, price: string, changes: object = {}): Promise<string> =>
    createPlanOn(boss, { code, price, ...changes });
  return {
    ...world,
    boss,
    cheap: await sell('cheap', '10.00'),
    dear: await sell('dear', '30.00', { access_level: 'premium' }),
    odd: await sell('odd', '10.00', { validity_days: 31 }),
    tried: await sell('tried', '10.00', { trial_days: 7 }),
    pay: async (checkoutUrl) => {
      await fetch(new URL(String(checkoutUrl), world.base), {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'decision=pay',
        redirect: 'manual',
      });
      await world.settle();
    },
    balance: async ({ accountId }) => {
      const actor = { kind: 'account', accountId, sessionId: 'test', isAdmin: false } as const;
      const [balance] = await world.faces.billing.balancesOf(actor);
      return balance?.minor ?? 0;
    },
    cash: async () => {
      const sums = await world.faces.billing.trialBalance();
      const off = sums.reduce((sum, { minor }) => sum + minor, 0);
      if (off !== 0) throw new Error(`the books are off by ${off}`);
      return sums.find(({ account }) => account === 'cash')?.minor ?? 0;
    },
  };
}

/** The id of what was made; throws when nothing was. */
export function idOf({ status, body }: Answer): string {
  if (status >= 300) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return String(body['id']);
}

export const verdict = ({ status, body }: Answer): unknown => [status, body['code']];

/** The money of a change of plan, by the reply. */
export const invoiceOf = ({ status, body }: Answer): Readonly<Record<string, unknown>> => {
  if (status !== 200) throw new Error(`${status}: ${JSON.stringify(body)}`);
  return body['invoice'] as unknown as Readonly<Record<string, unknown>>;
};
