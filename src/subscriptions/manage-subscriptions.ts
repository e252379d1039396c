import type { AccountActor, Actor } from '../kernel/actor.ts';
import type { Instant } from '../kernel/instant.ts';
import { once, oncePolicy } from '../kernel/once.ts';
import { boughtTerms } from './bought.ts';
import { isSpent } from './collection.ts';
import { decide, type Command } from './decide.ts';
import { detailsOf, type DetailsDeps } from './details.ts';
import type { Resumed, SubscriptionCommands, SubscriptionDetails } from './face.ts';
import type { SubscriptionStores } from './ports.ts';
import { heldNow, notBefore, record, type Held } from './record.ts';
import { refusals } from './refusals.ts';
import { plannedChange } from './schedule-change.ts';
import { isLive } from './subscription-lifecycle.ts';
import type { Subscription } from './subscription.ts';

export const subscriptionCommands = (deps: DetailsDeps): SubscriptionCommands => ({
  cancel: ({ actor, when }) => command(deps, actor, () => ({ type: 'cancel', when })),

  resume: ({ actor }) =>
    deps.unitOfWork.run(async (stores): Promise<Resumed> => {
      const now = deps.clock.now();
      const held = await liveOf(stores, deps, { accountId: actor.accountId, now });
      if (!held) throw refusals.noCurrent();
      const { state } = held;
      const hasWishes = state.cancelAtPeriodEnd || state.collectedBy !== 'usher';
      if (state.status === 'paused' && isSpent(state) && !hasWishes) return { needsPayment: true };
      const next = await carryOut(stores, deps, { held, command: { type: 'resume' }, actor, now });
      return { needsPayment: false, subscription: await detailsOf(stores, deps, { state: next, now }) };
    }),

  pause: ({ actor, when, resumesAt }) => command(deps, actor, () => ({ type: 'pause', when, resumesAt })),

  setAutoRenew: ({ actor, on }) =>
    command(deps, actor, async (stores, state) => {
      const { terms } = await boughtTerms(stores, state);
      return { type: 'set-auto-renew', on, terms };
    }),

  scheduleChange: ({ actor, planId, idempotency }) =>
    deps.unitOfWork.run((stores) =>
      once(stores, idempotency, { now: deps.clock.now(), policy: oncePolicy }, () =>
        commandWithin(stores, deps, {
          actor,
          commanded: async (state) => {
            // The calendar is to find it at the end of the period.
            await stores.plans.hold(planId);
            return plannedChange(stores, state, planId);
          },
        }),
      ),
    ),

  cancelForDeletedAccount: (accountId) =>
    deps.unitOfWork.run(async (stores) => {
      const now = deps.clock.now();
      const held = await liveOf(stores, deps, { accountId, now });
      const actor: Actor = { kind: 'system', job: 'account-deleted' };
      if (held) await carryOut(stores, deps, { held, command: { type: 'cancel', when: 'now' }, actor, now });
    }),

  advanceDue: (limit) =>
    deps.unitOfWork.run(async (stores) => {
      const now = deps.clock.now();
      const actor: Actor = { kind: 'system', job: 'calendar' };
      const rows = await stores.subscriptions.due(now, limit);
      for (const row of rows) {
        const { stored, due } = heldNow(row, now, deps.policy);
        await record(stores, deps, { stored, due, decided: [], actor, now });
      }
      return { done: rows.length };
    }),
});

type Commanded = (stores: SubscriptionStores, state: Subscription) => Command | Promise<Command>;

/** One command of an account on its live subscription. */
const command = (
  deps: DetailsDeps,
  actor: AccountActor,
  commanded: Commanded,
): Promise<SubscriptionDetails> =>
  deps.unitOfWork.run((stores) =>
    commandWithin(stores, deps, { actor, commanded: (state) => commanded(stores, state) }),
  );

interface Commanding {
  readonly actor: AccountActor;
  readonly commanded: (state: Subscription) => Command | Promise<Command>;
}

async function commandWithin(
  stores: SubscriptionStores,
  deps: DetailsDeps,
  { actor, commanded }: Commanding,
): Promise<SubscriptionDetails> {
  const now = deps.clock.now();
  const held = await liveOf(stores, deps, { accountId: actor.accountId, now });
  if (!held) throw refusals.noCurrent();
  const state = await carryOut(stores, deps, { held, command: await commanded(held.state), actor, now });
  return detailsOf(stores, deps, { state, now });
}

async function liveOf(
  stores: SubscriptionStores,
  { policy }: DetailsDeps,
  { accountId, now }: { readonly accountId: string; readonly now: Instant },
): Promise<Held | undefined> {
  await stores.lock(accountId);
  const stored = await stores.subscriptions.newest(accountId);
  const held = stored && heldNow(stored, now, policy);
  return held && isLive(held.state.status) ? held : undefined;
}

interface Order {
  readonly held: Held;
  readonly command: Command;
  readonly actor: Actor;
  readonly now: Instant;
}

function carryOut(
  stores: SubscriptionStores,
  deps: DetailsDeps,
  { held, command, actor, now }: Order,
): Promise<Subscription> {
  const at = notBefore(now, held.state);
  const decided = decide(held.state, command, { now: at, policy: deps.policy });
  return record(stores, deps, { stored: held.stored, due: held.due, decided, actor, now: at });
}
