import { after, DAY, MINUTE } from '../kernel/instant.ts';
import type { Swept } from '../kernel/due.ts';
import type { FileRemoval } from './asset-ports.ts';
import type { CatalogDeps } from './deps.ts';

/**
 * Keeps promises that are due. What a provider does not take now is tried again later; once it is down it is not
 * asked again in this batch, and files of ours go all the same.
 */
export async function removeDueFiles(deps: CatalogDeps, limit: number): Promise<Swept> {
  const { unitOfWork, clock } = deps;
  const due = await unitOfWork.read(({ fileRemovals }) => fileRemovals.listDue(clock.now(), limit));
  let isDown = false;
  for (const removal of due) {
    const outcome: RemovalOutcome = isDown && removal.remote ? 'unavailable' : await removed(deps, removal);
    isDown ||= outcome === 'unavailable';
    await note(deps, removal, outcome);
  }
  return { done: due.length };
}

/** Removes one file and notes that it is gone; again it changes nothing. */
export const keepPromise = async (deps: CatalogDeps, removal: FileRemoval): Promise<void> =>
  note(deps, removal, await removed(deps, removal));

/** `not-ours`: only the provider that was chosen can be asked, and what another one keeps waits for that. */
type RemovalOutcome = 'removed' | 'unavailable' | 'not-ours';

async function removed(
  { storage, provider }: CatalogDeps,
  { storageKey, remote }: FileRemoval,
): Promise<RemovalOutcome> {
  if (remote) return provider?.name === remote.provider ? provider.remove(remote) : 'not-ours';
  await storage.remove(storageKey);
  return 'removed';
}

const note = (
  { unitOfWork, clock, policy }: CatalogDeps,
  { storageKey }: FileRemoval,
  outcome: RemovalOutcome,
): Promise<void> =>
  unitOfWork.run(({ fileRemovals }) => {
    if (outcome === 'removed') return fileRemovals.done(storageKey);
    const wait = outcome === 'unavailable' ? policy.providerRetryMinutes * MINUTE : DAY;
    return fileRemovals.putOff(storageKey, after(clock.now(), wait));
  });
