import { coverage, type DenialReason } from '../kernel/access-level.ts';
import type { Instant } from '../kernel/instant.ts';
import type { Standing, Viewer } from './ports.ts';
import { isPublished, type Title } from './title.ts';

export const LOCKED_REASONS = ['not_published', 'not_ready'] as const;
/** Why a title that a viewer sees cannot be streamed by them. */
export type LockedReason = DenialReason | (typeof LOCKED_REASONS)[number];

export type StreamVerdict =
  { readonly allowed: true } | { readonly allowed: false; readonly reason: LockedReason };

const locked = (reason: LockedReason): StreamVerdict => ({ allowed: false, reason });

/** Whether everybody may see the title: published and public. Admins see all of them. */
export const isOpen = (title: Title, now: Instant): boolean =>
  title.visibility === 'public' && isPublished(title, now);

export const maySee = (title: Title, viewer: Viewer, now: Instant): boolean =>
  viewer.isAdmin || isOpen(title, now);

/** Whether a title can be streamed at all: it is published, and its media is ready. */
export function readiness(title: Title, now: Instant): StreamVerdict {
  if (!isPublished(title, now)) return locked('not_published');
  return title.mediaAssetId === null ? locked('not_ready') : { allowed: true };
}

export interface Audience {
  readonly viewer: Viewer;
  readonly standing: Standing;
}

/** Whether this viewer can stream the title now, and if not, why: `can_stream` and `locked_reason`. */
export function canStream(title: Title, { viewer, standing }: Audience, now: Instant): StreamVerdict {
  const ready = readiness(title, now);
  if (!ready.allowed || viewer.isAdmin) return ready;
  if (title.accessLevel === 'free') return ready;
  if (viewer.accountId === null) return locked('sign_in_required');
  return coverage(standing, title.accessLevel);
}
