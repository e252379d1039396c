import { after, DAY, earlier, later, type Instant } from '../kernel/instant.ts';
import type { DueWork } from '../kernel/due.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import { advanced, parseDuration } from './duration.ts';
import type { MovableClock, OperationsStores } from './ports.ts';
import { refusals } from './refusals.ts';

export interface AdvanceClockDeps {
  readonly unitOfWork: UnitOfWork<Pick<OperationsStores, 'journal'>>;
  /** Null where time is the system's: then there is nothing to move. */
  readonly movableClock: MovableClock | null;
  readonly dueWork: readonly DueWork[];
  readonly settle: () => Promise<void>;
}

export interface Advance {
  readonly now: Instant;
  /** What happened meanwhile, by its effective time. */
  readonly happened: readonly DomainEvent[];
  /** More happened than is listed. */
  readonly truncated: boolean;
}

export interface ClockCommands {
  /**
   * Moves the clock forward by an ISO 8601 duration of at most ten years, halting at every instant at which
   * something falls due. Refuses with `request.invalid`; with `request.not-found` on the system's time.
   */
  advanceClock(by: string): Promise<Advance>;
}

const MAX_LISTED = 10_000;
/** Halts in one advance: ten years of a busy test. */
const MAX_HALTS = 100_000;

export function clockCommands(deps: AdvanceClockDeps): ClockCommands {
  let last: Promise<unknown> = Promise.resolve();
  return {
    // One after another: two that halt in turns would list each other's events.
    advanceClock: (by) => {
      const turn = last.then(() => advanceClock(deps, by));
      last = turn.catch(() => undefined);
      return turn;
    },
  };
}

async function advanceClock(deps: AdvanceClockDeps, by: string): Promise<Advance> {
  const { movableClock: clock, unitOfWork } = deps;
  if (!clock) throw refusals.notFound();
  const duration = parseDuration(by);
  const target = duration && advanced(clock.now(), duration);
  if (target === undefined) throw refusals.badDuration();

  const before = await unitOfWork.read(({ journal }) => journal.end());
  await deps.settle();
  await walk(deps, clock, target);
  await clock.moveTo(target);
  await deps.settle();

  const recorded = await unitOfWork.read(({ journal }) => journal.since(before, MAX_LISTED + 1));
  const happened = recorded
    .slice(0, MAX_LISTED)
    .sort((a, b) => a.event.at - b.event.at || a.position - b.position)
    .map(({ event }) => event);
  return { now: clock.now(), happened, truncated: recorded.length > MAX_LISTED };
}

async function walk(
  { dueWork, settle }: AdvanceClockDeps,
  clock: MovableClock,
  target: Instant,
): Promise<void> {
  for (let halt = 0; halt < MAX_HALTS; halt += 1) {
    const now = clock.now();
    const next = await earliest(dueWork, target);
    if (next === undefined || now >= target) return;
    // What stays due although everything was swept (it failed, or waits for somebody) would hide what falls
    // due behind it: then the walk goes on a day at a time.
    const stuck = next <= now;
    await clock.moveTo(stuck ? earlier(after(now, DAY), target) : later(next, now));
    await settle();
  }
}

async function earliest(dueWork: readonly DueWork[], until: Instant): Promise<Instant | undefined> {
  let found: Instant | undefined;
  for (const work of dueWork) {
    const at = await work.nextDueAt(until);
    if (at !== undefined && (found === undefined || at < found)) found = at;
  }
  return found;
}
