import type { Swept } from '../kernel/due.ts';
import type { Asset } from './asset.ts';
import type { CatalogDeps } from './deps.ts';
import { assetFailed } from './events.ts';
import type { CatalogStores } from './ports.ts';
import type { MediaWebhook } from './provider-ports.ts';
import { refusals } from './refusals.ts';
import { heard, refOf, waitsOn, type Hearing, type RemoteFact } from './remote-media.ts';
import type { RemoteMedia } from './remote-ref.ts';
import { letServe } from './serve-asset.ts';

export interface ProviderNewsCommands {
  /**
   * Takes in what a media provider tells, and acts on it in one transaction: in any order, and any number of times,
   * it comes to the same. What is told of nobody's upload is taken in, and changes nothing. Refuses with
   * `catalog.webhook-signature`, `catalog.webhook-unreadable` and, from a provider that was not chosen,
   * `request.not-found`.
   */
  receiveMediaWebhook(webhook: MediaWebhook): Promise<void>;
}

export const providerNewsCommands = (deps: CatalogDeps): ProviderNewsCommands => ({
  receiveMediaWebhook: async (webhook) => {
    const { provider, tally, unitOfWork } = deps;
    if (provider?.name !== webhook.provider) throw refusals.notFound();
    const news = provider.read(webhook);
    if (news !== 'ignored' && 'refused' in news) {
      tally.count(provider.name, 'refused');
      throw news.refused === 'signature' ? refusals.webhookSignature() : refusals.webhookUnreadable();
    }
    const isKnown =
      news !== 'ignored' &&
      (await unitOfWork.run(async (stores) => {
        const ref = { provider: provider.name, reference: news.reference };
        await stores.lock(lifeOf(ref));
        const asset = await stores.assets.findByReference(ref);
        return asset !== undefined && !(await act(deps, stores, { asset, fact: news.fact }));
      }));
    tally.count(provider.name, isKnown ? 'duplicate' : 'received');
  },
});

/** Who hears of one upload does so one after another: senders repeat themselves, and all at once. */
const lifeOf = ({ provider, reference }: Pick<RemoteMedia, 'provider' | 'reference'>): string =>
  `media ${provider} ${reference}`;

interface Told {
  readonly asset: Asset;
  readonly fact: RemoteFact;
}

/** What was told becomes of the asset, with all that follows from it, or nothing does; whether it was news. */
async function act(deps: CatalogDeps, stores: CatalogStores, { asset, fact }: Told): Promise<boolean> {
  const next = heard(asset, fact, deps.clock.now());
  if (next === asset) return false;
  await stores.assets.save(next);
  await consequences(deps, stores, { before: asset, next });
  return true;
}

interface Moved {
  readonly before: Asset;
  readonly next: Asset;
}

async function consequences(
  deps: CatalogDeps,
  stores: CatalogStores,
  { before, next }: Moved,
): Promise<void> {
  const { clock, ids } = deps;
  const at = clock.now();
  if (next.status === 'ready' && before.status !== 'ready') return letServe(deps, stores, next);
  if (next.failure === before.failure) return;
  await stores.outbox.add([assetFailed(next, { ids, at })]);
  // What came to nothing is not paid for. What is gone there is gone.
  if (next.status !== 'failed' || !next.remote) return;
  await stores.fileRemovals.add({ storageKey: next.storageKey, remote: refOf(next.remote), dueAt: at });
}

/**
 * Asks about uploads that have waited long, one after another, outside of any transaction. Once the provider is down,
 * nothing more is asked in this batch: every question would wait for its time-out, and the other sweeps for that.
 */
export async function askProvider(deps: CatalogDeps, limit: number): Promise<Swept> {
  const { unitOfWork, clock } = deps;
  const due = await unitOfWork.read(({ assets }) => assets.listUnheard(clock.now(), limit));
  let isDown = false;
  for (const { id, remote } of due) {
    if (!remote) continue;
    const fact: RemoteFact | 'unavailable' = isDown ? 'unavailable' : await answerAbout(deps, remote);
    isDown = fact === 'unavailable';
    await hearAnswer(deps, { assetId: id, remote, fact });
  }
  return { done: due.length };
}

/** A provider that is no longer the chosen one will not tell us anything: its uploads wait, and then end. */
async function answerAbout(
  { provider }: CatalogDeps,
  remote: RemoteMedia,
): Promise<RemoteFact | 'unavailable'> {
  return provider?.name === remote.provider ? provider.ask(refOf(remote)) : { kind: 'waiting' };
}

interface Answer {
  readonly assetId: string;
  readonly remote: RemoteMedia;
  readonly fact: RemoteFact | 'unavailable';
}

async function hearAnswer(deps: CatalogDeps, { assetId, remote, fact }: Answer): Promise<void> {
  const { unitOfWork, clock, policy } = deps;
  await unitOfWork.run(async (stores) => {
    await stores.lock(lifeOf(remote));
    const asset = await stores.assets.find(assetId);
    if (!asset || asset.dueAt === null) return;
    const hearing: Hearing = { now: clock.now(), policy };
    const told = fact === 'unavailable' ? asset : heard(asset, fact, hearing.now);
    const next = told.dueAt === null ? told : waitsOn(told, fact !== 'unavailable', hearing);
    // What was told and the next time of asking are one save.
    await stores.assets.save({ ...next, version: asset.version + 1 });
    await consequences(deps, stores, { before: asset, next });
  });
}
