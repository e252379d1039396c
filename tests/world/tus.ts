import type { Answer, Client } from './client.ts';

/** tus 1.0 as a client of ours speaks it, header by header. */

export const SPEAKING = { 'tus-resumable': '1.0.0' } as const;
export const TUS_TYPE = 'application/offset+octet-stream';

export const metadataOf = (fields: Readonly<Record<string, string>>): string =>
  Object.entries(fields)
    .map(([name, value]) => `${name} ${Buffer.from(value).toString('base64')}`)
    .join(',');

type Headers_ = Readonly<Record<string, string>>;

export const creation = (title: string, length: number, kind = 'media'): Headers_ => ({
  ...SPEAKING,
  'upload-length': String(length),
  'upload-metadata': metadataOf({ title_id: title, kind }),
});

/** The path of a new upload, below the base of the API. */
export async function createUpload(
  client: Client,
  title: string,
  length: number,
  kind = 'media',
): Promise<string> {
  const answer = await client.send('POST', '/uploads', { headers: creation(title, length, kind) });
  if (answer.status !== 201) throw new Error(`${answer.status}: ${JSON.stringify(answer.body)}`);
  return (answer.headers.get('location') ?? '').replace('/api/v1', '');
}

export const patchUpload = (
  client: Client,
  path: string,
  {
    offset,
    bytes,
    headers = {},
  }: { readonly offset: number; readonly bytes: Uint8Array; readonly headers?: Headers_ },
): Promise<Answer> =>
  client.send('PATCH', path, {
    bytes,
    headers: { ...SPEAKING, 'content-type': TUS_TYPE, 'upload-offset': String(offset), ...headers },
  });

export const headUpload = (client: Client, path: string): Promise<Answer> =>
  client.send('HEAD', path, { headers: SPEAKING });

/** How far an upload has come, by its own word. */
export const offsetOf = async (client: Client, path: string): Promise<number> =>
  Number((await headUpload(client, path)).headers.get('upload-offset'));
