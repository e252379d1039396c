import { join } from 'node:path';
import { loadOrMake, readIfThere } from '../security/key-files.ts';
import { newServerKey, serverKeysIn, type ServerKeys } from '../security/secrets.ts';
import {
  ephemeralSigningKeys,
  signingKeys,
  signingKeysIn,
  type SigningKeys,
} from '../security/signing-keys.ts';
import type { Config } from './config.ts';

/** The keys of the product, the current one first in each list: others are accepted while rotating. */
export interface Keys {
  /** Refresh tokens, mailed codes. */
  readonly server: ServerKeys;
  /** Tickets to media, and links to uploaded files. */
  readonly media: ServerKeys;
  /** What the simulated gateway signs its webhooks with. */
  readonly simulatedWebhooks: ServerKeys;
  /** Access tokens. */
  readonly signing: SigningKeys;
}

/** Keys from the configuration; where none is given, kept in the data folder, or for the process alone in memory. */
export async function loadKeys({ profile, dataDir, secrets }: Config): Promise<Keys> {
  const isKept = profile !== 'memory';
  const server = given(secrets.server) ?? (isKept ? await serverKeysIn(dataDir) : freshKeys());
  const media = given(secrets.media) ?? (isKept ? await keysIn(dataDir, 'media-secret') : freshKeys());
  const simulatedWebhooks =
    given(secrets.simulatedWebhooks) ??
    (isKept ? await keysIn(dataDir, 'simulated-webhook-secret') : freshKeys());
  const pems = given(secrets.signing);
  const signing = pems ? signingKeys(pems) : isKept ? signingKeysIn(dataDir) : ephemeralSigningKeys();
  return { server, media, simulatedWebhooks, signing: await signing };
}

const freshKeys = (): ServerKeys => [newServerKey()];

function given(keys: readonly string[] | null): ServerKeys | undefined {
  const [first, ...rest] = keys ?? [];
  return first === undefined ? undefined : [first, ...rest];
}

/** `<name>.previous`, where there is one, is accepted beside the current key. */
async function keysIn(dataDir: string, name: string): Promise<ServerKeys> {
  const path = join(dataDir, 'keys', name);
  const current = await loadOrMake(path, newServerKey);
  const previous = await readIfThere(`${path}.previous`);
  return previous === undefined ? [current] : [current, previous];
}
