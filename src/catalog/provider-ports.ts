import type { Instant } from '../kernel/instant.ts';
import type { TitleKind } from './kinds.ts';
import type { Arrival, Receipt } from './storage-ports.ts';
import type { RemoteFact } from './remote-media.ts';
import type { RemoteRef } from './remote-ref.ts';

export interface UploadOrder {
  /** Carried along, so that an operator finds the asset in the provider's console. */
  readonly assetId: string;
  /** As declared by who uploads; null when unknown. A provider may offer another way for large files. */
  readonly bytes: number | null;
  /** The place may be used for so long; a provider that allows less gives less. */
  readonly forSeconds: number;
}

/** How the file is sent: as the body, as the field `file` of a form, or in pieces, by tus 1.0. */
export const UPLOAD_PROTOCOLS = ['put', 'form', 'tus'] as const;
export type UploadProtocol = (typeof UPLOAD_PROTOCOLS)[number];

/** A place at the provider where one file may be sent to, by whoever knows its address. */
export interface UploadPlace {
  readonly url: string;
  readonly protocol: UploadProtocol;
  readonly method: 'PUT' | 'POST' | 'PATCH';
  /** To be sent with the file. */
  readonly headers: Readonly<Record<string, string>>;
  readonly expiresAt: Instant;
}

export interface BegunUpload {
  readonly ref: RemoteRef;
  readonly place: UploadPlace;
}

/** A webhook as it arrived: the bytes are what was signed, and nothing that was read of them. */
export interface MediaWebhook {
  readonly provider: string;
  readonly raw: Uint8Array;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** What a webhook says of which upload; `ignored` is signed, and nothing to us. */
export type MediaNews =
  | { readonly reference: string; readonly fact: RemoteFact }
  | 'ignored'
  | { readonly refused: 'signature' | 'body' };

/** What came of a file that was sent on: `unavailable` when the provider did not take it. */
export type RelayReceipt = Receipt | { readonly file: null; readonly fault: 'unavailable' };

/**
 * Who keeps media, packages and delivers it in our place. Called outside every unit of work. Never rejects, and
 * answers in bounded time: a fault or a late answer is `unavailable`.
 */
export interface MediaProvider {
  readonly name: string;
  /** What it takes; media of other titles stays here. */
  readonly kinds: readonly TitleKind[];
  /** A place for one file. Twice is two places: a second upload of an asset is a new asset. */
  begin(order: UploadOrder): Promise<BegunUpload | 'unavailable'>;
  /** Sends a file on as it comes: counted, sniffed and hashed as one of ours. Any fault breaks it off there, too. */
  relay(begun: BegunUpload, arrival: Omit<Arrival, 'storageKey'>): Promise<RelayReceipt>;
  /** Reads a webhook: pure, so that a refused one costs nobody anything. */
  read(webhook: MediaWebhook): MediaNews;
  /** How an upload stands at this moment, for news that were lost. */
  ask(ref: RemoteRef): Promise<RemoteFact | 'unavailable'>;
  /** Removes a file, or the place that waits for one; what is gone already is fine. */
  remove(ref: RemoteRef): Promise<'removed' | 'unavailable'>;
}

export type MediaWebhookOutcome = 'received' | 'duplicate' | 'refused';

/** Counts, for whoever watches the health of webhooks. */
export interface MediaWebhookTally {
  count(provider: string, outcome: MediaWebhookOutcome): void;
}
