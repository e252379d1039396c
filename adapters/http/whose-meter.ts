import { isAdmin } from '../../src/kernel/actor.ts';
import { edgeRefusals } from './edge-refusals.ts';
import type { ActorOf } from './route.ts';

/** Whose meter is meant, and whether somebody else asks for them. */
export interface WhoseMeter {
  readonly accountId: string;
  readonly onBehalf: boolean;
}

/** Service keys and admins act for an account that they name; everybody else for themselves (api.md, "Usage"). */
export function whoseMeter(actor: ActorOf['account-or-service'], accountId: string | undefined): WhoseMeter {
  const actsForOthers = actor.kind === 'service' || isAdmin(actor);
  if (actsForOthers) {
    if (accountId === undefined) throw invalid('must name the account that is acted for');
    return { accountId, onBehalf: true };
  }
  if (accountId !== undefined) throw invalid('is for service keys and admins only');
  return { accountId: actor.accountId, onBehalf: false };
}

const invalid = (detail: string): Error => edgeRefusals.invalid([{ pointer: '/account_id', detail }]);

/** Whose reservation it must be; service keys and admins end anybody's. */
export const ownerOnly = (actor: ActorOf['account-or-service']): string | null =>
  actor.kind === 'service' || isAdmin(actor) ? null : actor.accountId;
