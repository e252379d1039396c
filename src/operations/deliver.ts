import { after, SECOND, type Clock } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { exhausted, failed, redriven, type Delivery, type DeliveryPolicy } from './delivery.ts';
import type { Backlog, DeliveryQueue, FailureLog, OperationsStores, React } from './ports.ts';
import { reasonOf } from './reason.ts';

export interface DeliverDeps {
  readonly unitOfWork: UnitOfWork<Pick<OperationsStores, 'deliveries' | 'journal'>>;
  /** The system's: leases and retries are of this world, whatever a virtual clock says. */
  readonly systemClock: Clock;
  readonly react: React;
  readonly failures: FailureLog;
  readonly policy: DeliveryPolicy;
}

const BATCH = 20;
/** A bound for reactions whose events call for further reactions. */
const MAX_BATCHES = 10_000;
const SHOWN_DEAD = 100;

/** The queue over our own table. Any number of processes may run it; a killed one's deliveries run again. */
export function createTableQueue(deps: DeliverDeps): DeliveryQueue {
  const { unitOfWork, systemClock } = deps;
  /** What any drain of this process is just running: nothing is drained before that has ended as well. */
  const running = new Set<Promise<void>>();

  const drain = async (): Promise<number> => {
    let tried = 0;
    for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
      const claimed = await claim(deps);
      if (claimed.length === 0 && running.size === 0) break;
      tried += claimed.length;
      for (const taken of claimed) {
        const attempted = attempt(deps, taken).finally(() => running.delete(attempted));
        running.add(attempted);
      }
      await Promise.all(running);
    }
    return tried;
  };

  const backlog = (): Promise<Backlog> =>
    unitOfWork.read(async ({ deliveries, journal }) => {
      const { waiting, dead } = await deliveries.backlog(SHOWN_DEAD);
      const events = await journal.findAll(dead.map(({ eventId }) => eventId));
      const types = new Map(events.map(({ id, type }) => [id, type]));
      return {
        waiting,
        dead: dead.map((delivery) => ({ ...delivery, eventType: types.get(delivery.eventId) ?? null })),
      };
    });

  const redrive = (id: string): Promise<boolean> =>
    unitOfWork.run(async ({ deliveries }) => {
      const delivery = await deliveries.find(id);
      if (!delivery || delivery.diedAt === null) return false;
      await deliveries.settle(redriven(delivery, systemClock.now()));
      return true;
    });

  return { drain, backlog, redrive };
}

interface Taken {
  readonly delivery: Delivery;
  readonly event: DomainEvent | undefined;
}

async function claim({ unitOfWork, systemClock, policy }: DeliverDeps): Promise<readonly Taken[]> {
  const now = systemClock.now();
  // Asked first: a claim of nothing would still be a write, and would call for another look.
  if (!(await unitOfWork.read(({ deliveries }) => deliveries.anyDue(now)))) return [];
  return unitOfWork.run(async ({ deliveries, journal }) => {
    const until = after(now, policy.leaseSeconds * SECOND);
    const claimed = await deliveries.claim({ now, until, limit: BATCH });
    const events = await journal.findAll(claimed.map(({ eventId }) => eventId));
    const byId = new Map(events.map((event) => [event.id, event]));
    return claimed.map((delivery) => ({ delivery, event: byId.get(delivery.eventId) }));
  });
}

async function attempt(deps: DeliverDeps, taken: Taken): Promise<void> {
  const { unitOfWork, failures } = deps;
  const { delivery } = taken;
  try {
    await run(deps, taken);
    await unitOfWork.run(({ deliveries }) => deliveries.done(delivery.id));
  } catch (error) {
    failures.failed(`delivery ${delivery.id}, attempt ${delivery.attempts}`, error);
    await setBack(deps, delivery, error);
  }
}

async function run({ react, policy }: DeliverDeps, { delivery, event }: Taken): Promise<void> {
  if (exhausted(delivery, policy)) throw new Error('its runner died in the last attempt');
  if (!event) throw new Error(`the event ${delivery.eventId} is not in the journal`);
  await react(delivery.reaction, event);
}

/** When even this cannot be written, the lease ends by itself and the delivery runs again. */
async function setBack(deps: DeliverDeps, delivery: Delivery, error: unknown): Promise<void> {
  const { unitOfWork, systemClock, policy, failures } = deps;
  const next = failed(delivery, { now: systemClock.now(), reason: reasonOf(error), policy });
  try {
    await unitOfWork.run(({ deliveries }) => deliveries.settle(next));
  } catch (unwritten) {
    failures.failed(`setting back delivery ${delivery.id}`, unwritten);
  }
}
