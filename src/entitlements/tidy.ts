import { after, before, DAY, later, type Instant } from '../kernel/instant.ts';
import type { EntitlementsDeps } from './deps.ts';
import type { Entitlements } from './face.ts';
import type { MeterKey } from './meter.ts';
import type { EntitlementStores } from './ports.ts';

/** Lines of a log that go in one unit of work, which holds its meter: whoever uses it waits for so long. */
const MAX_LINES = 1_000;

/**
 * Removes what can no longer be explained, at most `limit` rows of each kind, and lines of at most `limit` meters.
 * A meter says itself when it is to be looked at again, so that nobody looks for old lines where there are none.
 */
export const tidy =
  ({ unitOfWork, clock, policy }: EntitlementsDeps): Entitlements['tidy'] =>
  async (limit) => {
    const now = clock.now();
    const keptMs = policy.keepUsageDays * DAY;
    const border = before(now, keptMs);
    const due = await unitOfWork.read(({ meters }) => meters.untidy(now, limit));
    let lines = 0;
    for (const key of due) lines += await unitOfWork.run((stores) => tidyLog(stores, key, { now, keptMs }));
    const ended = await unitOfWork.run(({ reservations }) => reservations.purge(border, limit));
    const lapsed = await unitOfWork.run(({ grants }) => grants.purge(border, limit));
    return { done: Math.max(due.length + lines, ended, lapsed) };
  };

async function tidyLog(
  { meters }: Pick<EntitlementStores, 'meters'>,
  key: MeterKey,
  { now, keptMs }: { readonly now: Instant; readonly keptMs: number },
): Promise<number> {
  // Held, so that an erasure of the account does not count lines that go here.
  const [held] = await meters.hold([key]);
  if (!held) return 0;
  const { lines, followedAt } = await meters.forget(key, before(now, keptMs), MAX_LINES);
  // The oldest line is not needed once the one behind it is as old. Of a busy meter a day's lines go together.
  const next = later(after(followedAt ?? now, keptMs), after(now, DAY));
  await meters.tidyAt(key, lines < MAX_LINES ? next : now);
  return lines;
}
