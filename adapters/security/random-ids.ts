import { randomFillSync } from 'node:crypto';
import type { Ids } from '../../src/kernel/ids.ts';

/** Random bytes are drawn for many ids at a time: one call to the system for each would cost more than the id. */
const POOL_BYTES = 10 * 512;

/**
 * UUIDv7 (RFC 9562): 48 bits of the system's milliseconds, then chance. Ids of one process rise even within
 * a millisecond, because the first twelve random bits are a counter there.
 */
export function randomIds(): Ids {
  const pool = Buffer.alloc(POOL_BYTES);
  let used = POOL_BYTES;
  let lastAt = 0;
  let counter = 0;

  return {
    next: () => {
      if (used === POOL_BYTES) {
        randomFillSync(pool);
        used = 0;
      }
      const chance = pool.subarray(used, used + 10);
      used += 10;
      const now = Math.max(Date.now(), lastAt);
      counter = now === lastAt ? counter + 1 : chance.readUInt16BE(0) & 0x7ff;
      // More than the counter holds within one millisecond: borrow the next one.
      lastAt = counter > 0xfff ? now + 1 : now;
      counter &= 0xfff;
      return formatted(lastAt, counter, chance);
    },
  };
}

function formatted(at: number, counter: number, chance: Buffer): string {
  const time = at.toString(16).padStart(12, '0');
  const variant = ((chance.readUInt16BE(2) & 0x3fff) | 0x8000).toString(16);
  const rest = chance.toString('hex', 4, 10);
  const version = `7${counter.toString(16).padStart(3, '0')}`;
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}-${variant}-${rest}`;
}
