import { z } from 'zod';
import {
  ASSET_KINDS,
  catalogPolicy,
  DIGEST_ALGORITHMS,
  type Digest,
  type UploadStanding,
} from '../../src/catalog/index.ts';
import type { Protocol } from './protocol.ts';

/** tus 1.0 (https://tus.io/protocols/resumable-upload): its words, as headers, and what they mean here. */

const VERSION = '1.0.0';

export const TUS: Protocol = {
  name: 'tus',
  versionHeader: 'Tus-Resumable',
  version: VERSION,
  offers: {
    'Tus-Version': VERSION,
    'Tus-Extension': 'creation,creation-with-upload,expiration,termination,checksum',
    'Tus-Max-Size': String(catalogPolicy.mediaLimitBytes),
    'Tus-Checksum-Algorithm': DIGEST_ALGORITHMS.join(','),
  },
};

export const TUS_TYPE = 'application/offset+octet-stream';

/** Also of more digits than a number has: it is then infinite, and larger than anything may be. */
const byteCount = (needed: string) =>
  z
    .string({ error: needed })
    .regex(/^\d+$/, 'must be a number of bytes')
    .max(400, 'has too many digits')
    .transform(Number);

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** `name base64,name base64`; a name may stand alone, and stands once. Undefined where it is not like that. */
export function metadataOf(text: string): Readonly<Record<string, string>> | undefined {
  const fields: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const pair of text.split(',')) {
    const [name = '', value = '', ...rest] = pair.trim().split(' ');
    if (!/^[\x21-\x7e]+$/.test(name) || name in fields || rest.length > 0 || !BASE64.test(value))
      return undefined;
    fields[name] = Buffer.from(value, 'base64').toString('utf8');
  }
  return fields;
}

const Metadata = z
  .string({ error: 'is needed: title_id and kind' })
  .max(4_096, 'must have at most 4096 characters')
  .meta({
    description:
      'Names with values in base64, set apart by commas: `title_id`, `kind` (media, trailer or poster), and what else the client wants to be told again, such as `filename`.',
  })
  .transform((text, context) => {
    const fields = metadataOf(text);
    if (fields) return { ...fields };
    context.addIssue({ code: 'custom', message: 'must be names with values in base64, each name once' });
    return z.NEVER;
  })
  .pipe(z.object({ title_id: z.string({ error: 'is needed' }), kind: z.enum(ASSET_KINDS) }));

const DIGEST_BYTES: Readonly<Record<Digest['algorithm'], number>> = { sha1: 20, sha256: 32 };

/** `sha1 base64`, of the bytes of one request. */
export function digestOf(text: string): Digest | undefined {
  const [name, value = '', ...rest] = text.split(' ');
  const algorithm = DIGEST_ALGORITHMS.find((each) => each === name);
  if (algorithm === undefined || rest.length > 0 || !BASE64.test(value)) return undefined;
  const bytes = Buffer.from(value, 'base64');
  return bytes.length === DIGEST_BYTES[algorithm] ? { algorithm, hex: bytes.toString('hex') } : undefined;
}

const Checksum = z
  .string()
  .max(200)
  .meta({
    description: 'An algorithm and a digest in base64 of the body, which then counts all or not at all.',
  })
  .transform((text, context) => {
    const digest = digestOf(text);
    if (digest) return digest;
    const message = `must be ${DIGEST_ALGORITHMS.join(' or ')} and a digest in base64`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  })
  .optional();

export const CreationHead = z
  .object({
    'upload-length': byteCount('is needed: a length that is told later is not taken'),
    'upload-metadata': Metadata,
    'upload-checksum': Checksum,
  })
  .catchall(z.unknown())
  .superRefine((head, context) => {
    for (const name of ['upload-defer-length', 'upload-concat'])
      if (name in head)
        context.addIssue({ code: 'custom', path: [name], message: 'is an extension that is not offered' });
  });

export const PatchHead = z.object({ 'upload-offset': byteCount('is needed'), 'upload-checksum': Checksum });

/** Where an upload stands, and until when it is kept. */
/** What the headers of an answer about an upload say. */
export const STANDING_HEADERS = {
  'Upload-Offset': 'Bytes that are safely stored.',
  'Upload-Expires': 'When the upload ends, if nothing more comes; not once it is whole.',
} as const;
export const ANNOUNCED_HEADERS = {
  'Upload-Length': 'Bytes of the whole file.',
  'Upload-Metadata': 'As it was given.',
} as const;

export function standingHeaders({ upload, asset }: UploadStanding): Readonly<Record<string, string>> {
  const offset = { 'Upload-Offset': String(upload.offsetBytes) };
  if (asset.status !== 'uploading' || asset.dueAt === null) return offset;
  return { ...offset, 'Upload-Expires': new Date(asset.dueAt).toUTCString() };
}

/** And what it is of, as it was announced. */
export const announcedHeaders = ({ upload }: UploadStanding): Readonly<Record<string, string>> => ({
  'Upload-Length': String(upload.lengthBytes),
  'Upload-Metadata': upload.metadata,
});
