import { request } from 'node:http';
import { join } from 'node:path';
import { CONFIG, MEDIA_STORAGE, PACKAGER } from '../../../adapters/composition/keys.ts';
import { openLocalStorage } from '../../../adapters/media/local-storage.ts';
import type { Rendition, TitleKind } from '../../../src/catalog/index.ts';
import { CLIP, TONE } from '../../world/catalog.ts';
import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import { placeOnDisk, rendition } from '../../world/packaging.ts';
import { createPlanOn } from '../../world/plans.ts';
import type { StoreName } from '../../world/stores.ts';
import { startUsher, type RunningUsher } from '../../world/usher.ts';

/** A product on a disk of its own whose packages are words, with films to show and people to show them to. */
export interface Theatre {
  readonly world: RunningUsher;
  readonly admin: Client;
  /** The folder of the media. */
  readonly folder: string;
  /** A published title, packaged in these renditions; its id. */
  film(of?: Film): Promise<string>;
  /** Gives a video other media, in these renditions. */
  replace(titleId: string, lines: readonly number[]): Promise<void>;
  /** Somebody with a plan of this resolution. */
  viewer(resolution?: string): Promise<Client>;
  plan(changes: object): Promise<string>;
  /** Starts a stream; the answer's body. */
  start(who: Client, titleId: string, device?: string): Promise<Answer['body']>;
  /** A path below `/media`, sent as it is written: no client tidies it up. */
  read(path: string, headers?: Readonly<Record<string, string>>, method?: string): Promise<Reply>;
  stop(): Promise<void>;
}

export interface Film {
  readonly lines?: readonly number[];
  readonly kind?: TitleKind;
  readonly level?: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The code of a problem. */
  readonly code: unknown;
}

export const SOUND = rendition(0, {
  name: 'audio',
  width: null,
  height: null,
  frameRate: null,
  codecs: 'mp4a.40.2',
});

/** Where the parts of a stream lie: its `manifest_url` without the last name. */
export const below = (started: Answer['body'], part: string): string =>
  String(started['manifest_url']).replace(/master\.m3u8$/, part);

export async function openTheatre(store: StoreName = 'SQLite'): Promise<Theatre> {
  let renditions: readonly Rendition[] = [];
  let folder = '';
  const world = await startUsher(store, {
    override: async (container) => {
      folder = join(container.get<{ dataDir: string }>(CONFIG).dataDir, 'media');
      const storage = await openLocalStorage(folder);
      container.unbind(MEDIA_STORAGE);
      container.bind(MEDIA_STORAGE).toConstantValue(storage);
      container.unbind(PACKAGER);
      container.bind(PACKAGER).toConstantValue({
        program: 'words',
        stop: async () => undefined,
        inspect: async () => ({ durationSeconds: 6, picture: null }),
        package: async ({ packageKey }: { packageKey: string }) => {
          await placeOnDisk(storage, packageKey, renditions);
          return { package: { renditions, durationSeconds: 6 }, fault: null };
        },
      });
    },
  });
  const admin = await world.admin();
  let plans = 0;
  const send = async (path: string, made: readonly Rendition[]): Promise<void> => {
    const isVideo = path.startsWith('/videos');
    expected(await admin.upload(path, isVideo ? CLIP : TONE, isVideo ? 'video/mp4' : 'audio/mp4'), 202);
    renditions = made;
    await world.faces.catalog.packageDue(1);
  };
  const theatre: Theatre = {
    world,
    admin,
    folder,
    film: async ({ lines = [480, 720, 1080, 2160], kind = 'video', level = 'basic' } = {}) => {
      const path = kind === 'video' ? '/videos' : '/musics';
      const draft = { title: 'Film', visibility: 'public', access_level: level };
      const id = String(expected(await admin.post(path, draft), 201).body['id']);
      await send(`${path}/${id}/media`, kind === 'video' ? lines.map((each) => rendition(each)) : [SOUND]);
      expected(await admin.post(`${path}/${id}/publish`), 200);
      return id;
    },
    replace: (id, lines) =>
      send(
        `/videos/${id}/media`,
        lines.map((each) => rendition(each)),
      ),
    plan: (changes) =>
      createPlanOn(admin, { code: `theatre-${(plans += 1)}`, access_level: 'premium', ...changes }),
    viewer: async (resolution = '1080p') => {
      const person = await world.person();
      const planId = await theatre.plan({ resolution });
      expected(await person.post('/payments', { plan_id: planId }), 201);
      return person;
    },
    start: async (who, titleId, device = 'tv') =>
      expected(await who.post('/playback/sessions', { title_id: titleId, device_id: device }), 201).body,
    read: (path, headers = {}, method = 'GET') => rawRequest(world.base, { path, headers, method }),
    stop: () => world.stop(),
  };
  return theatre;
}

interface RawRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly method: string;
}

/** Sends the path byte for byte: `fetch` would resolve what leads out of a folder before it leaves. */
function rawRequest(base: string, { path, headers, method }: RawRequest): Promise<Reply> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const sent = request({ hostname, port, path, headers, method, agent: false }, (response) => {
      let text = '';
      response.setEncoding('latin1').on('data', (chunk: string) => (text += chunk));
      response.on('error', reject).on('end', () => {
        const isProblem = response.headers['content-type'] === 'application/problem+json';
        const code = isProblem ? (JSON.parse(text) as { code: unknown }).code : undefined;
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, code });
      });
    });
    sent.on('error', reject).end();
  });
}
