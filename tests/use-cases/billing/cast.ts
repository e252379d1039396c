import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { UNKNOWN_CHARGE, type Charged, type Found, type PaymentGateway } from '../../../src/billing/index.ts';
import { after, type Clock, type Instant } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Plan } from '../../../src/subscriptions/plan.ts';
import { billingOn, putOnSale, type BillingWorld } from '../../world/billing.ts';
import { openers } from '../../world/stores.ts';
import { NOW, plan } from '../../world/subscriptions.ts';

/** A clock that a test turns. */
export interface TurnedClock extends Clock {
  turn(milliseconds: number): void;
}

export function turnedClock(start: Instant = NOW): TurnedClock {
  let now = start;
  return {
    now: () => now,
    turn: (milliseconds) => {
      now = after(now, milliseconds);
    },
  };
}

/** A line to the gateway that a test cuts and mends, and on which it can put words into the gateway's mouth. */
export interface Line {
  charge: 'through' | 'lost-before' | 'lost-after' | Charged;
  find: 'through' | 'lost' | Found;
  abandon: 'through' | 'lost' | Found;
  refund: 'through' | 'lost' | 'refused';
}

const onLine =
  (line: Line) =>
  (gateway: PaymentGateway): PaymentGateway => ({
    ...gateway,
    charge: async (request) => {
      if (typeof line.charge !== 'string') return line.charge;
      if (line.charge === 'lost-before') return UNKNOWN_CHARGE;
      const answer = await gateway.charge(request);
      return line.charge === 'lost-after' ? UNKNOWN_CHARGE : answer;
    },
    find: async (question) => {
      if (typeof line.find !== 'string') return line.find;
      return line.find === 'lost' ? UNKNOWN_CHARGE : gateway.find(question);
    },
    abandon: async (question) => {
      if (typeof line.abandon !== 'string') return line.abandon;
      return line.abandon === 'lost' ? UNKNOWN_CHARGE : gateway.abandon(question);
    },
    refund: async (request) => {
      if (line.refund === 'refused') return { outcome: 'refused', reason: 'account_closed' };
      return line.refund === 'lost' ? { outcome: 'unknown', reason: null } : gateway.refund(request);
    },
  });

export interface Shop extends BillingWorld {
  readonly unitOfWork: UnitOfWork<AllStores>;
  readonly clock: TurnedClock;
  readonly line: Line;
  /** 30 days for 9.99. */
  readonly standard: Plan;
  /** 365 days for 99.00. */
  readonly yearly: Plan;
  readonly free: Plan;
  /** 14 days of trial, then 9.99 for 30. */
  readonly tasting: Plan;
}

/** A shop on memory stores, with four plans on sale. */
export async function openShop(): Promise<Shop> {
  const { unitOfWork } = await openers.memory();
  const clock = turnedClock();
  const line: Line = { charge: 'through', find: 'through', abandon: 'through', refund: 'through' };
  const plans = {
    standard: plan('standard'),
    yearly: plan('yearly', 9900, { validity: { days: 365 } }),
    free: plan('free', 0),
    tasting: plan('tasting', 999, { trialDays: 14 }),
  };
  for (const each of Object.values(plans)) await putOnSale(unitOfWork, each);
  return { ...billingOn(unitOfWork, { clock, through: onLine(line) }), ...plans, unitOfWork, clock, line };
}

/** The code a command was refused with, and whether that was a kept answer. */
export async function refusalOf(command: Promise<unknown>): Promise<{ code: unknown; replayed: boolean }> {
  try {
    const answer = await command;
    throw new Error(`expected a refusal, and got ${JSON.stringify(answer)}`);
  } catch (error) {
    if (!(error instanceof Error) || !('code' in error)) throw error;
    return { code: error.code, replayed: 'replayed' in error && error.replayed === true };
  }
}
