import type { FileHandle } from 'node:fs/promises';

/** A box of the ISO base media format: a type, and what is in it. */
export interface Box {
  readonly type: string;
  readonly content: Buffer;
}

/** No box of a head or of an index is larger; what is, is samples. */
const MAX_READ = 64 * 1024 ** 2;
const HEADER = 8;

/** The boxes that lie side by side in a piece of memory. */
export function* boxesIn(content: Buffer): Generator<Box> {
  for (let at = 0; at + HEADER <= content.length;) {
    const size = content.readUInt32BE(at);
    if (size < HEADER || at + size > content.length)
      throw new RangeError('a box is longer than what holds it');
    yield {
      type: content.toString('latin1', at + 4, at + 8),
      content: content.subarray(at + HEADER, at + size),
    };
    at += size;
  }
}

export const childOf = (content: Buffer, ...path: readonly string[]): Buffer | undefined =>
  path.reduce<Buffer | undefined>(
    (within, type) => (within ? [...boxesIn(within)].find((box) => box.type === type)?.content : undefined),
    content,
  );

/** The boxes of these types at the top of a file; the others, samples above all, are passed over unread. */
export async function topBoxes(file: FileHandle, types: readonly string[]): Promise<readonly Box[]> {
  const { size: end } = await file.stat();
  const header = Buffer.alloc(2 * HEADER);
  const found: Box[] = [];
  for (let at = 0; at + HEADER <= end;) {
    await file.read(header, 0, 2 * HEADER, at);
    const short = header.readUInt32BE(0);
    // 1 says that the size is a long one, and follows.
    const size = short === 1 ? Number(header.readBigUInt64BE(HEADER)) : short;
    const type = header.toString('latin1', 4, 8);
    if (size < HEADER || at + size > end) throw new RangeError('a box is longer than its file');
    if (types.includes(type)) {
      if (size > MAX_READ) throw new RangeError(`a box ${type} of ${size} bytes`);
      const content = Buffer.alloc(size - HEADER);
      await file.read(content, 0, content.length, at + HEADER);
      found.push({ type, content });
    }
    at += size;
  }
  return found;
}
