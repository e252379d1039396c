import type { Instant } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { Grant } from './grant.ts';

export const grantedEvent = (
  { id: subjectId, accountId, feature, source, amount, expiresAt, createdBy }: Grant,
  { id, at }: { readonly id: string; readonly at: Instant },
): DomainEvent => ({
  id,
  type: 'entitlements.granted',
  at,
  accountId,
  subjectId,
  data: { feature, source, amount, expiresAt, by: createdBy },
});
