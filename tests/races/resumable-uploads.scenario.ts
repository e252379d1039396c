import { openLocalStorage } from '../../adapters/media/local-storage.ts';
import type { CatalogStores, MediaStorage } from '../../src/catalog/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { catalogWorld } from '../world/catalog.ts';
import type { Scenario } from './scenario.ts';

export interface UploadSettings {
  readonly naive: boolean;
  /** Where all processes have their media. */
  readonly folder: string;
  readonly id: string;
  readonly accountId: string;
}

/** What a contender sends: so many bytes of a letter of their own, from an offset on. */
export interface Sent {
  readonly offset: number;
  readonly head: string;
  readonly letter: string;
  readonly bytes: number;
}

const PIECES = 16;

/** The bytes, as slowly as a network brings them: everybody is in the middle of them at once. */
async function* slowly({ head, letter, bytes }: Sent): AsyncGenerator<Uint8Array> {
  const all = Buffer.concat([Buffer.from(head, 'latin1'), Buffer.alloc(bytes, letter)]).subarray(0, bytes);
  const size = Math.ceil(bytes / PIECES);
  for (let at = 0; at < bytes; at += size) {
    yield all.subarray(at, at + size);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** Contenders go on with one upload at once; naively they look where it stands, write there, and guard the row alone. */
const uploadScenario: Scenario<UploadSettings, Sent, number> = async ({ unitOfWork, settings }) => {
  const storage = await openLocalStorage(settings.folder);
  const { catalog } = catalogWorld(unitOfWork, { storage, ids: { next: () => crypto.randomUUID() } });
  const { id, accountId } = settings;
  return async (sent) => {
    const stream = slowly(sent);
    if (settings.naive) return appendNaively({ unitOfWork, storage, id }, sent, stream);
    const more = {
      ref: { id, accountId },
      offset: sent.offset,
      stream,
      contentLength: sent.bytes,
      digest: null,
    };
    return (await catalog.resumeUpload(more)).upload.offsetBytes;
  };
};

interface Naively {
  readonly unitOfWork: UnitOfWork<CatalogStores>;
  readonly storage: MediaStorage;
  readonly id: string;
}

async function appendNaively(
  { unitOfWork, storage, id }: Naively,
  { offset }: Sent,
  stream: AsyncIterable<Uint8Array>,
): Promise<number> {
  const find = () => unitOfWork.read(({ resumableUploads }) => resumableUploads.find(id));
  const before = await find();
  if (before?.offsetBytes !== offset) throw Object.assign(new Error('elsewhere'), { code: 'elsewhere' });
  const pieces = [{ storageKey: `${id}-piece`, bytes: offset }];
  const { lengthBytes } = before;
  const report = async () => true;
  const accept = ['video/mp4'];
  const { bytes } = await storage.append({ pieces, stream, lengthBytes, accept, digest: null, report });
  return unitOfWork.run(async ({ resumableUploads }) => {
    const current = await resumableUploads.find(id);
    if (current?.version !== before.version) throw Object.assign(new Error('late'), { code: 'late' });
    const next = { ...current, offsetBytes: bytes, version: current.version + 1 };
    await resumableUploads.save({ ...next, pieces: [{ storageKey: `${id}-piece`, bytes }] });
    return bytes;
  });
}

export default uploadScenario;
