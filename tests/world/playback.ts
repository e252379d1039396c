import { memoryArchive } from '../../adapters/archive/memory-archive.ts';
import { randomStreamSecrets } from '../../adapters/media/stream-secrets.ts';
import { signedTickets } from '../../adapters/media/tickets.ts';
import { group } from '../../adapters/persistence/group.ts';
import { randomIds } from '../../adapters/security/random-ids.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import { after, instant, SECOND, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import {
  createPlayback,
  playbackPolicy,
  type ArchiveFiles,
  type PlayableTitle,
  type Playback,
  type PlaybackPolicy,
  type PlaybackStores,
  type ProviderPlayback,
  type Standing,
  type Started,
} from '../../src/playback/index.ts';
import { keyring } from './keyring.ts';

/** Playback on whatever stores a test opened, with a small town around it: titles, accounts and a clock. */

export const NOON = instant(Date.UTC(2026, 0, 31, 12));

export const ids = randomIds();

type AccountActor = Extract<Actor, { kind: 'account' }>;

export const person = (isAdmin = false): AccountActor => ({
  kind: 'account',
  accountId: ids.next(),
  sessionId: 'session',
  isAdmin,
});

export const anonymous: Actor = { kind: 'anonymous' };

export const standing = (changes: Partial<Standing> = {}): Standing => ({
  level: 'premium',
  reason: null,
  maxDevices: 2,
  maxHeight: 1080,
  ...changes,
});

export const film = (changes: Partial<PlayableTitle> = {}): PlayableTitle => {
  const id = changes.id ?? ids.next();
  return {
    id,
    kind: 'video',
    title: 'Metropolis',
    accessLevel: 'basic',
    isPublished: true,
    visibility: 'public',
    durationSeconds: 3_600,
    creditsStartSeconds: null,
    media: {
      assetId: ids.next(),
      form: 'file',
      storageKey: `key-of-${id}`,
      contentType: 'video/mp4',
      bytes: 1_000,
    },
    ...changes,
  };
};

/** A provider whose addresses say what they were made of. */
export const PROVIDER: ProviderPlayback = {
  provider: 'far',
  urlOf: async ({ playbackId, maxHeight, forSeconds }) =>
    `https://far.example/${playbackId}/${maxHeight}/${forSeconds}`,
};

/** The ticket of a stream of media that we deliver. */
export function ticketOf({ media }: Started): string {
  if (media.form === 'remote') throw new Error('a provider delivers this stream');
  return media.ticket;
}

export interface PlaybackWorld {
  readonly playback: Playback;
  readonly titles: Map<string, PlayableTitle>;
  readonly standings: Map<string, Standing>;
  now(): Instant;
  /** Moves the clock forward. */
  pass(seconds: number): void;
  /** Puts a title into the catalogue. */
  show(title: PlayableTitle): PlayableTitle;
  /** Starts a stream of a title on a device. */
  start(
    actor: Actor,
    title: PlayableTitle,
    changes?: { readonly device?: string; readonly terminate?: readonly string[] },
  ): Promise<Started>;
}

export interface PlaybackSetting {
  readonly policy?: Partial<PlaybackPolicy>;
  /** Accounts that nobody spoke of have this standing. */
  readonly everybody?: Standing;
  readonly startAt?: Instant;
  /** Two worlds on the same stores share one; by default it is in memory. */
  readonly archive?: ArchiveFiles;
}

export function playbackOn(
  unitOfWork: UnitOfWork<PlaybackStores>,
  { policy = {}, everybody = standing(), startAt = NOON, archive = memoryArchive() }: PlaybackSetting = {},
): PlaybackWorld {
  const titles = new Map<string, PlayableTitle>();
  const standings = new Map<string, Standing>();
  let now = startAt;
  const standingOf = (accountId: string): Standing => standings.get(accountId) ?? everybody;
  const playback = createPlayback({
    unitOfWork,
    clock: { now: () => now },
    ids,
    titles: {
      find: async (id) => titles.get(id),
      many: async (wanted) =>
        new Map(
          wanted.flatMap((id) => {
            const title = titles.get(id);
            return title ? [[id, title] as const] : [];
          }),
        ),
    },
    standings: {
      of: async (accountId) => standingOf(accountId),
      many: async (accountIds) => new Map(accountIds.map((id) => [id, standingOf(id)])),
    },
    tickets: signedTickets(keyring('the key')),
    providerPlayback: PROVIDER,
    secrets: randomStreamSecrets,
    archive,
    policy: { ...playbackPolicy, ...policy },
    together: (flush) => group(flush),
  });
  return {
    playback,
    titles,
    standings,
    now: () => now,
    pass: (seconds) => {
      now = after(now, seconds * SECOND);
    },
    show: (title) => {
      titles.set(title.id, title);
      return title;
    },
    start: (actor, title, { device = 'tv', terminate = [] } = {}) =>
      playback.start({
        actor,
        titleId: title.id,
        deviceId: device,
        deviceName: `The ${device}`,
        terminate,
      }),
  };
}

/** The refusal of a promise; fails the test when it was kept. */
export async function refusalOf(
  promise: Promise<unknown>,
): Promise<{ readonly code: string; readonly kind: string; readonly details: Record<string, unknown> }> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Error && 'code' in error && 'kind' in error && 'details' in error)
    return error as never;
  throw error instanceof Error ? error : new Error('nothing was refused');
}
