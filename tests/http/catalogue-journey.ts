import { CLIP, POSTER, TONE } from '../world/catalog.ts';
import { expected } from '../world/house.ts';
import type { Client } from '../world/client.ts';
import { createUpload, patchUpload, SPEAKING } from '../world/tus.ts';
import { idOf, type Cast } from './money-journey.ts';

/** A title of a kind, from its draft to its viewers; its id. */
export async function titles(cast: Cast, path: '/videos' | '/musics'): Promise<string> {
  const { admin, stranger } = cast;
  const [bytes, type] = path === '/videos' ? [CLIP, 'video/mp4'] : [TONE, 'audio/mp4'];
  const genre = idOf(expected(await admin.post('/genres', { name: `Genre of ${path}` }), 201));
  const body = {
    title: 'Film',
    visibility: 'public',
    genres: [genre],
    language: 'pt-BR',
    release_year: 1927,
  };
  const id = idOf(expected(await admin.post(path, body), 201));
  const gone = idOf(expected(await admin.post(path, { title: 'Not for long' }), 201));
  expected(await admin.get(`${path}/${id}/media`), 200);
  expected(await admin.upload(`${path}/${id}/media`, bytes, type), 202);
  expected(await admin.upload(`${path}/${id}/trailer`, bytes, type), 202);
  expected(await admin.upload(`${path}/${id}/poster`, POSTER, 'image/png'), 202);
  await resumable(admin, id, bytes);
  for (const slot of ['media', 'trailer', 'poster']) {
    const { body: shown } = expected(await admin.get(`${path}/${id}/${slot}`), 200);
    expected(await admin.get(String(shown['serving']?.['source_url'])), 200);
  }
  expected(await admin.post(`${path}/${id}/publish`, { at: '2099-01-01T00:00:00Z' }), 200);
  expected(await admin.post(`${path}/${id}/publish`), 200);
  expected(await admin.post(`${path}/${id}/archive`), 200);
  expected(await admin.post(`${path}/${id}/publish`), 200);
  expected(await admin.patch(`${path}/${id}`, { credits_start_seconds: 1 }), 200);
  expected(await admin.delete(`${path}/${gone}`), 204);
  for (const each of [path, '/titles']) {
    expected(await stranger.get(`${each}?limit=1&sort=title`), 200);
    expected(await admin.get(`${each}?genre=${genre}`), 200);
    const { body: shown } = expected(await stranger.get(`${each}/${id}`), 200);
    expected(await stranger.get(String(shown['poster_url'])), 200);
  }
  return id;
}

/** The media anew, piece by piece, beside one that is given up. */
async function resumable(admin: Client, title: string, bytes: Buffer): Promise<void> {
  const given = await createUpload(admin, title, bytes.length, 'trailer');
  expected(await admin.send('DELETE', given, { headers: SPEAKING }), 204);
  const path = await createUpload(admin, title, bytes.length);
  expected(await patchUpload(admin, path, { offset: 0, bytes: bytes.subarray(0, 1_000) }), 204);
  expected(await admin.send('GET', path, { headers: SPEAKING }), 200);
  expected(await patchUpload(admin, path, { offset: 1_000, bytes: bytes.subarray(1_000) }), 204);
  expected(await admin.send('GET', path, { headers: SPEAKING }), 200);
}

export async function genres({ admin, stranger }: Cast): Promise<void> {
  const id = idOf(expected(await admin.post('/genres', { name: 'Noir' }), 201));
  expected(await admin.post('/genres', { name: 'Noir' }), 409);
  expected(await stranger.get('/genres'), 200);
  expected(await stranger.get(`/genres/${id}`), 200);
  expected(await admin.patch(`/genres/${id}`, { name: 'Western' }), 200);
  expected(await admin.delete(`/genres/${id}`), 204);
}
