import { CLIP, POSTER, TONE } from '../../world/catalog.ts';
import type { Answer } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import { createUpload, creation, patchUpload, SPEAKING, TUS_TYPE } from '../../world/tus.ts';
import type { Provocations, Provoke, Stage } from './stage.ts';

const NOBODYS = '01980000-0000-7000-8000-ffffffffffff';
const DAMAGED = { 'upload-checksum': 'sha1 2jmj7l5rSw0yVb/vlWAYkK/YBwk=' };

const begun = async ({ admin, make }: Stage, length = CLIP.length): Promise<string> =>
  createUpload(admin, await make.draft(), length);

/** One that came to nothing. */
const ended = async (stage: Stage): Promise<string> => {
  const path = await begun(stage);
  expected(await patchUpload(stage.admin, path, { offset: 0, bytes: TONE }), 415);
  return path;
};

const creating =
  (length: number, kind: string, bytes?: Uint8Array, headers = {}): Provoke =>
  async ({ admin, make }) =>
    admin.send('POST', '/uploads', {
      ...(bytes ? { bytes } : {}),
      headers: {
        ...creation(await make.draft(), length, kind),
        ...(bytes ? { 'content-type': TUS_TYPE } : {}),
        ...headers,
      },
    });

const sending =
  (offset: number, bytes: Uint8Array, headers = {}): Provoke =>
  async (stage): Promise<Answer> =>
    patchUpload(stage.admin, await begun(stage), { offset, bytes, headers });

/** Every refusal of resumable uploads that one client can provoke. */
export const UPLOADS: Provocations = {
  'post /uploads request.not-found': ({ admin }) =>
    admin.send('POST', '/uploads', { headers: creation(NOBODYS, 1) }),
  'post /uploads catalog.no-resumable-upload': async ({ remote: { mux } }) =>
    mux.admin.send('POST', '/uploads', { headers: creation(await mux.draft('/videos'), 1, 'media') }),
  'post /uploads catalog.upload-too-large': creating(6 * 1024 ** 3, 'media'),
  'post /uploads catalog.upload-truncated': creating(0, 'poster'),
  'post /uploads catalog.upload-damaged': creating(POSTER.length, 'poster', POSTER, DAMAGED),
  'post /uploads catalog.unsupported-media': creating(TONE.length, 'media', TONE),
  'get /uploads/{id} catalog.upload-ended': async (stage) =>
    stage.admin.send('GET', await ended(stage), { headers: SPEAKING }),
  'patch /uploads/{id} catalog.upload-ended': async (stage) =>
    patchUpload(stage.admin, await ended(stage), { offset: 0, bytes: CLIP }),
  'patch /uploads/{id} catalog.upload-offset-mismatch': sending(1, CLIP),
  'patch /uploads/{id} catalog.upload-too-large': sending(0, Buffer.concat([CLIP, POSTER])),
  'patch /uploads/{id} catalog.upload-damaged': sending(0, CLIP, DAMAGED),
  'patch /uploads/{id} catalog.unsupported-media': sending(0, TONE),
};
