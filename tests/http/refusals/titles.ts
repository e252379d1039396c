import { CLIP, POSTER, TONE } from '../../world/catalog.ts';
import { expected } from '../../world/house.ts';
import type { Provocations } from './stage.ts';

const NOBODYS = '01980000-0000-7000-8000-ffffffffffff';

const titlesAt = (path: '/videos' | '/musics'): Provocations => ({
  [`post ${path} catalog.unknown-genre`]: ({ admin }) =>
    admin.post(path, { title: 'Film', genres: [NOBODYS] }),
  [`post ${path} catalog.credits-after-end`]: ({ admin }) =>
    admin.post(path, { title: 'Film', duration_seconds: 10, credits_start_seconds: 11 }),
  [`post ${path} catalog.title-code-taken`]: async ({ admin }) => {
    const body = { title: 'Film', code: `taken-${path.slice(1)}` };
    expected(await admin.post(path, body), 201);
    return admin.post(path, body);
  },
  [`patch ${path}/{id} catalog.unknown-genre`]: async ({ admin, make }) =>
    admin.patch(`${path}/${await make.draft(path)}`, { genres: [NOBODYS] }),
  [`patch ${path}/{id} catalog.credits-after-end`]: async ({ admin, make }) =>
    admin.patch(`${path}/${await make.draft(path)}`, { duration_seconds: 10, credits_start_seconds: 11 }),
  [`post ${path}/{id}/publish catalog.title-not-ready`]: async ({ admin, make }) =>
    admin.post(`${path}/${await make.draft(path)}/publish`),
  [`post ${path}/{id}/publish catalog.already-published`]: async ({ admin, make }) =>
    admin.post(`${path}/${await make.published(path)}/publish`, { at: '2099-01-01T00:00:00Z' }),
  [`post ${path}/{id}/archive catalog.not-published`]: async ({ admin, make }) =>
    admin.post(`${path}/${await make.ready(path)}/archive`),
  ...Object.fromEntries(
    ['media', 'trailer', 'poster'].flatMap((slot) => Object.entries(uploadsTo(path, slot))),
  ),
});

const uploadsTo = (path: '/videos' | '/musics', slot: string): Provocations => ({
  [`put ${path}/{id}/${slot} catalog.unsupported-media`]: async ({ admin, make }) =>
    admin.upload(
      `${path}/${await make.draft(path)}/${slot}`,
      Buffer.from('words'.repeat(9_000)),
      'application/octet-stream',
    ),
  [`put ${path}/{id}/${slot} catalog.upload-truncated`]: async ({ admin, make }) =>
    admin.upload(`${path}/${await make.draft(path)}/${slot}`, Buffer.alloc(0), 'application/octet-stream'),
  ...(slot === 'poster'
    ? {
        [`put ${path}/{id}/poster catalog.upload-too-large`]: async ({ admin, make }) =>
          admin.upload(
            `${path}/${await make.draft(path)}/poster`,
            Buffer.concat([POSTER, Buffer.alloc(5 * 1024 ** 2)]),
            'image/png',
          ),
      }
    : {}),
});

/** What comes of media that goes to a provider. */
const remoteAt = (path: '/videos' | '/musics'): Provocations => ({
  [`put ${path}/{id}/media catalog.media-provider-unavailable`]: async ({ remote: { mux } }) => {
    const id = await mux.draft(path);
    mux.fake.fault({ path: /uploads/, kind: 'error', times: 1 });
    const [bytes, type] = path === '/videos' ? [CLIP, 'video/mp4'] : [TONE, 'audio/mp4'];
    return mux.admin.upload(`${path}/${id}/media`, bytes, type);
  },
  [`post ${path}/{id}/media/direct-upload catalog.media-provider-unavailable`]: async ({
    remote: { mux },
  }) => {
    const id = await mux.draft(path);
    mux.fake.fault({ path: /uploads/, kind: 'broken', times: 1 });
    return mux.admin.post(`${path}/${id}/media/direct-upload`);
  },
  [`post ${path}/{id}/media/direct-upload catalog.upload-too-large`]: async ({ remote: { mux } }) =>
    mux.admin.post(`${path}/${await mux.draft(path)}/media/direct-upload`, { bytes: 6 * 1024 ** 3 }),
});

/** Every refusal of titles and genres that one client can provoke. */
export const TITLES: Provocations = {
  ...titlesAt('/videos'),
  ...titlesAt('/musics'),
  ...remoteAt('/videos'),
  ...remoteAt('/musics'),
  'post /musics/{id}/media/direct-upload catalog.no-direct-upload': async ({ remote: { cloudflare } }) =>
    cloudflare.admin.post(`/musics/${await cloudflare.draft('/musics')}/media/direct-upload`),
  'post /genres catalog.genre-name-taken': async ({ admin }) => {
    expected(await admin.post('/genres', { name: 'Taken' }), 201);
    return admin.post('/genres', { name: 'Taken' });
  },
  'patch /genres/{id} catalog.genre-name-taken': async ({ admin, make }) => {
    expected(await admin.post('/genres', { name: 'Taken too' }), 201);
    return admin.patch(`/genres/${await make.genre()}`, { name: 'Taken too' });
  },
};
