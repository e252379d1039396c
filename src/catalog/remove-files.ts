import { after, MINUTE } from '../kernel/instant.ts';
import type { Swept } from '../kernel/due.ts';
import type { CatalogDeps } from './deps.ts';
import type { FileRemoval } from './asset-ports.ts';
import type { RemoteRef } from './remote-ref.ts';

/** Keeps promises that are due. What a provider does not take now is tried again later, and holds nobody up. */
export async function removeDueFiles(deps: CatalogDeps, limit: number): Promise<Swept> {
  const { unitOfWork, clock } = deps;
  const due = await unitOfWork.read(({ fileRemovals }) => fileRemovals.listDue(clock.now(), limit));
  for (const removal of due) await keepPromise(deps, removal);
  return { done: due.length };
}

/** Removes one file and notes that it is gone; again it changes nothing. */
export async function keepPromise(deps: CatalogDeps, { storageKey, remote }: FileRemoval): Promise<void> {
  const { unitOfWork, storage, clock, policy } = deps;
  const outcome = remote ? await removeRemote(deps, remote) : await storage.remove(storageKey);
  await unitOfWork.run(({ fileRemovals }) =>
    outcome === 'unavailable'
      ? fileRemovals.putOff(storageKey, after(clock.now(), policy.providerRetryMinutes * MINUTE))
      : fileRemovals.done(storageKey),
  );
}

/** Only the provider that was chosen can be asked: what another one keeps waits until that is chosen again. */
async function removeRemote({ provider }: CatalogDeps, ref: RemoteRef): Promise<'removed' | 'unavailable'> {
  return provider?.name === ref.provider ? provider.remove(ref) : 'unavailable';
}
