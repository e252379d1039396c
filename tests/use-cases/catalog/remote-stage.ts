import type { CatalogDeps, MediaProvider, Title } from '../../../src/catalog/index.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import { connect, FAKES, type ProviderName } from '../../adapters/media/remote/providers.ts';
import type { FakeNews, FakeProvider } from '../../fakes/media/fake-provider.ts';
import { catalogWorld, CLIP, inPieces, type CatalogWorld } from '../../world/catalog.ts';
import { randomIds } from '../../../adapters/security/random-ids.ts';
import { openers } from '../../world/stores.ts';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** A catalogue in memory whose media one of the synthetic providers keeps. */
export interface RemoteStage {
  readonly fake: FakeProvider;
  readonly provider: MediaProvider;
  readonly world: CatalogWorld;
  /** What became of webhooks. */
  readonly counted: readonly string[];
  /** The same catalogue, composed otherwise. */
  open(changes: Partial<CatalogDeps>): CatalogWorld;
  webhook(news: Pick<FakeNews, 'body'>): Parameters<CatalogWorld['catalog']['receiveMediaWebhook']>[0];
  /** Takes news in; by default all that was not told yet. */
  hear(news?: readonly FakeNews[]): Promise<void>;
  upload(title: Title, bytes?: Uint8Array, to?: CatalogWorld): ReturnType<CatalogWorld['catalog']['upload']>;
  /** A draft whose media is ready. */
  ready(draft?: Parameters<CatalogWorld['title']>[0]): Promise<Title>;
  slot(title: Title): ReturnType<CatalogWorld['catalog']['assetOf']>;
  media(title: Title): Promise<unknown>;
  eventsOf(type: string): readonly DomainEvent[];
  /** What the provider calls the places and files that it holds. */
  references(): readonly string[];
  stop(): Promise<void>;
}

export async function remoteStage(name: ProviderName): Promise<RemoteStage> {
  const fake = await FAKES[name]();
  const stores = await openers.memory();
  const counted: string[] = [];
  // One for all catalogues of a stage: they have one store.
  const ids = randomIds();
  const { provider } = connect(fake);
  const open: RemoteStage['open'] = (changes) =>
    catalogWorld(stores.unitOfWork, {
      provider,
      ids,
      tally: { count: (_, outcome) => void counted.push(outcome) },
      ...changes,
    });
  const world = open({});
  const stage: RemoteStage = {
    ...{ fake, provider, world, counted, open },
    webhook: ({ body }) => ({ provider: name, raw: Buffer.from(body), headers: fake.sign(body) }),
    hear: async (news = fake.lose()) => {
      for (const each of news) await world.catalog.receiveMediaWebhook(stage.webhook(each));
    },
    upload: (title, bytes = CLIP, to = world) =>
      to.catalog.upload({ title, kind: 'media', stream: inPieces(bytes), contentLength: bytes.length }),
    ready: async (draft = {}) => {
      const title = await world.title(draft);
      await stage.upload(title);
      fake.work();
      await stage.hear();
      return title;
    },
    slot: ({ id, kind }) => world.catalog.assetOf({ id, kind }, 'media'),
    media: async ({ id }) => (await world.catalog.viewing(id))?.media,
    eventsOf: (type) => world.events.filter((event) => event.type === `catalog.${type}`),
    references: () => fake.held.map(({ reference }) => reference),
    stop: async () => {
      await fake.stop();
      await stores.close();
    },
  };
  return stage;
}
