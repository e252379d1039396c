import type { DomainEvent } from '../kernel/outbox.ts';
import type { NoticeKind } from './notice.ts';

/** The mail that an event calls for. */
export interface Occasion {
  readonly kind: NoticeKind;
  /** The mail's own name: two events about the same thing name the same mail. */
  readonly key: string;
  /** The code that it carries; when that is used up or replaced, there is nothing to mail. */
  readonly codeId: string | null;
}

type Rule = (event: DomainEvent) => Occasion | undefined;

const once =
  (kind: NoticeKind): Rule =>
  ({ id }) => ({ kind, key: `${kind}.${id}`, codeId: null });

const withCode =
  (kind: NoticeKind): Rule =>
  ({ data }) =>
    typeof data['codeId'] === 'string'
      ? { kind, key: `${kind}.${data['codeId']}`, codeId: data['codeId'] }
      : undefined;

/** One per subscription, end and number of days: a renewal makes a new end, and new reminders. */
const reminder: Rule = ({ subjectId, data }) => ({
  kind: data['continues'] === true ? 'subscription-renewing' : 'subscription-ending',
  key: `subscription-ending.${subjectId}.${String(data['endsAt'])}.${String(data['days'])}`,
  codeId: null,
});

/** What was never paid for has not ended, and nobody misses it. */
const ended: Rule = (event) =>
  event.data['was'] === 'incomplete' ? undefined : once('subscription-ended')(event);

/** A first payment starts what waited for it; any later one keeps it going. */
const paid: Rule = (event) =>
  once(event.data['was'] === 'incomplete' ? 'subscription-started' : 'subscription-renewed')(event);

/** Who did not ask to be charged today needs other words than who just pressed the button. */
const failed: Rule = (event) =>
  once(event.data['kind'] === 'collection' ? 'renewal-failed' : 'payment-failed')(event);

const LIVE: readonly unknown[] = ['trialing', 'active', 'past_due', 'paused'];

/** Where another collects, only what begins and ends is ours to tell: the rest its collector mails itself. */
const mirrored: Rule = (event) => {
  const { was, status } = event.data;
  const [before, now] = [LIVE.includes(was), LIVE.includes(status)];
  if (before === now) return undefined;
  return once(now ? 'subscription-started' : 'subscription-ended')(event);
};

const RULES: Readonly<Record<string, Rule>> = {
  'identity.verification-requested': withCode('verification-code'),
  'identity.password-reset-requested': withCode('password-reset-code'),
  'identity.email-taken-attempt': once('address-taken'),
  'identity.password-changed': once('password-changed'),
  'identity.password-reset': once('password-changed'),
  'identity.session-reuse-detected': once('session-reused'),
  'subscriptions.trial-started': once('trial-started'),
  'subscriptions.started': once('subscription-started'),
  'subscriptions.start-reached': once('subscription-started'),
  'subscriptions.paid': paid,
  'subscriptions.renewed': once('subscription-renewed'),
  'subscriptions.end-neared': reminder,
  'subscriptions.paused': once('subscription-paused'),
  'subscriptions.resumed': once('subscription-resumed'),
  'subscriptions.changed': once('plan-changed'),
  'subscriptions.mirroring-begun': mirrored,
  'subscriptions.mirrored': mirrored,
  'subscriptions.canceled': ended,
  'subscriptions.expired': ended,
  'billing.payment-succeeded': once('receipt'),
  'billing.payment-failed': failed,
  'billing.refunded': once('refunded'),
};

/** The types of event that can call for a mail. */
export const OCCASIONS: readonly string[] = Object.keys(RULES);

/** Undefined for an event that calls for no mail. */
export const occasionOf = (event: DomainEvent): Occasion | undefined => RULES[event.type]?.(event);
