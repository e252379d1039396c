import { createHash, randomBytes } from 'node:crypto';
import type { StreamSecrets } from '../../src/playback/index.ts';

/** 256 bits of chance need no slow hash: nobody can try them all. */
const hash = (secret: string): string => createHash('sha256').update(secret).digest('base64url');

export const randomStreamSecrets: StreamSecrets = {
  issue: () => {
    const secret = randomBytes(32).toString('base64url');
    return { secret, hash: hash(secret) };
  },
  hash,
};
