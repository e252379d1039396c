import { hash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';
import { SERVICE_KEY_PREFIX, type ServiceKeySecrets } from '../../src/identity/index.ts';

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const BASE = BigInt(DIGITS.length);

/** What 256 bits take, and what 32 take. */
const SECRET_LENGTH = 43;
const CHECKSUM_LENGTH = 6;
const FORM = new RegExp(`^${SERVICE_KEY_PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECKSUM_LENGTH}}$`);

/**
 * `usk_`, 256 random bits and their CRC-32, in letters and digits alone: a double click takes the whole of it, a
 * scanner for lost secrets knows it by its form, and nonsense is told from a key without a question to the
 * database. The checksum is no secret and proves nothing.
 */
export const serviceKeys: ServiceKeySecrets = {
  fresh: () => {
    const secret = BigInt(`0x${randomBytes(32).toString('hex')}`);
    const body = SERVICE_KEY_PREFIX + inDigits(secret, SECRET_LENGTH);
    const key = body + checksumOf(body);
    return { key, digest: digestOf(key) };
  },
  digest: (key) => {
    if (!FORM.test(key)) return undefined;
    const body = key.slice(0, -CHECKSUM_LENGTH);
    return key.endsWith(checksumOf(body)) ? digestOf(key) : undefined;
  },
};

const digestOf = (key: string): string => hash('sha256', key, 'hex');

const checksumOf = (body: string): string => inDigits(BigInt(crc32(body)), CHECKSUM_LENGTH);

function inDigits(number: bigint, length: number): string {
  let text = '';
  for (let rest = number; rest > 0n; rest /= BASE) text = (DIGITS[Number(rest % BASE)] ?? '') + text;
  return text.padStart(length, '0');
}
