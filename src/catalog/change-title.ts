import type { Ids } from '../kernel/ids.ts';
import type { Instant } from '../kernel/instant.ts';
import { statusEvents } from './events.ts';
import type { CatalogStores } from './ports.ts';
import { asOf, type Title } from './title.ts';

export interface ChangeContext {
  readonly now: Instant;
  readonly ids: Ids;
}

type ChangeStores = Pick<CatalogStores, 'titles' | 'outbox'>;

/**
 * Applies a rule to a stored title and saves what it gives. A scheduled title whose instant has come is
 * published first, with its event, so that nothing waits for a sweep.
 */
export async function changeTitle(
  { titles, outbox }: ChangeStores,
  stored: Title,
  {
    rule,
    context: { now, ids },
  }: { readonly rule: (title: Title) => Title; readonly context: ChangeContext },
): Promise<Title> {
  const current = asOf(stored, now);
  const changed = rule(current);
  if (changed === stored) return stored;
  const next = { ...changed, version: stored.version + 1 };
  await titles.save(next);
  await outbox.add([
    ...statusEvents(stored, current, { ids, at: stored.publishedAt ?? now }),
    ...statusEvents(current, next, { ids, at: now }),
  ]);
  return next;
}
