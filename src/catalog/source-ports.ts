import type { Instant } from '../kernel/instant.ts';

/** What a source link says: it gives this file of this title back, until then. */
export interface SourceLink {
  readonly titleId: string;
  readonly storageKey: string;
  readonly contentType: string;
  readonly expiresAt: Instant;
}

/** Source links as text that nobody else can make. Nothing that opens a stream passes for one. */
export interface SourceLinks {
  issue(link: SourceLink): string;
  /** The link that a text is; `invalid` when it is not one of ours, whatever it says about its end. */
  read(text: string): SourceLink | 'invalid';
}
