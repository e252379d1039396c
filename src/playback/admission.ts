import { coverage, type AccessLevel, type Verdict } from '../kernel/access-level.ts';
import { isAdmin, type Actor } from '../kernel/actor.ts';
import { isId } from '../kernel/ids.ts';
import type { PlaybackPolicy } from './policy.ts';
import type { PlayableTitle, Standing, Standings, Titles } from './ports.ts';
import { refusals } from './refusals.ts';
import { UNLIMITED } from './seats.ts';
import type { Stream } from './stream.ts';

/** Who may watch something, and within which bounds. */
export interface Admission {
  readonly title: PlayableTitle;
  /** Null for a viewer without an account. */
  readonly accountId: string | null;
  readonly isPrivileged: boolean;
  readonly maxDevices: number;
  readonly maxHeight: number;
}

export interface AdmissionDeps {
  readonly titles: Titles;
  readonly standings: Standings;
  readonly policy: PlaybackPolicy;
}

/** Whether a standing covers a title of this level. A suspended account has nothing, free titles included. */
export function covers(standing: Standing, accessLevel: AccessLevel): Verdict {
  if (standing.reason === 'suspended') return { allowed: false, reason: 'suspended' };
  return coverage(standing, accessLevel);
}

/** As `covers`, for a stream: one that an admin started lacks nothing, unless the account is suspended. */
export function covered(
  stream: Pick<Stream, 'isPrivileged'>,
  standing: Standing,
  level: AccessLevel,
): boolean {
  const verdict = covers(standing, level);
  return verdict.allowed || (stream.isPrivileged && verdict.reason !== 'suspended');
}

/** Whether somebody may know of a title: private ones are for admins, as if absent to everybody else. */
export const isVisible = (title: PlayableTitle, isPrivileged: boolean): boolean =>
  title.isPublished && (title.visibility === 'public' || isPrivileged);

/** Asks the neighbours, before any unit of work, whether `actor` may watch `titleId`. */
export async function admit(
  { titles, standings, policy }: AdmissionDeps,
  actor: Actor,
  titleId: string,
): Promise<Admission> {
  const isPrivileged = isAdmin(actor);
  const title = isId(titleId) ? await titles.find(titleId) : undefined;
  if (!title || !isVisible(title, isPrivileged)) throw refusals.notFound();
  if (actor.kind !== 'account') {
    if (title.accessLevel !== 'free') throw refusals.signInRequired();
    const maxHeight = policy.anonymousMaxHeight;
    return { title, accountId: null, isPrivileged: false, maxDevices: UNLIMITED, maxHeight };
  }
  const standing = await standings.of(actor.accountId);
  const verdict = covers(standing, title.accessLevel);
  if (!verdict.allowed && !covered({ isPrivileged }, standing, title.accessLevel))
    throw refusals.tierTooLow(verdict.reason);
  return {
    title,
    accountId: actor.accountId,
    isPrivileged,
    maxDevices: isPrivileged ? UNLIMITED : standing.maxDevices,
    maxHeight: isPrivileged ? policy.adminMaxHeight : standing.maxHeight,
  };
}
