/** Who acts. `premium` against `normal` is not stored: it follows from the subscription at the moment asked. */
export type Actor =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'account';
      readonly accountId: string;
      readonly sessionId: string;
      readonly isAdmin: boolean;
    }
  | { readonly kind: 'service'; readonly keyId: string; readonly scopes: readonly string[] }
  | { readonly kind: 'system'; readonly job: string };

/** Somebody who is signed in. */
export type AccountActor = Extract<Actor, { kind: 'account' }>;

export const isAdmin = (actor: Actor): boolean => actor.kind === 'account' && actor.isAdmin;

/** How history and the audit log name an actor. */
export function actorName(actor: Actor): string {
  switch (actor.kind) {
    case 'anonymous':
      return 'anonymous';
    case 'account':
      return `account:${actor.accountId}`;
    case 'service':
      return `service:${actor.keyId}`;
    case 'system':
      return `system:${actor.job}`;
  }
}
