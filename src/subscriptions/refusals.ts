import { refusal } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';
import { toRfc3339, type Instant } from '../kernel/instant.ts';
import type { SubscriptionStatus } from './subscription-lifecycle.ts';
import type { Collector } from './subscription.ts';

export const refusals = {
  notFound,
  planInvalid: refusal(
    'invalid',
    'request.invalid',
    'The request is not valid.',
    (errors: readonly { readonly pointer: string; readonly detail: string }[]) => ({ errors }),
  ),
  planCodeTaken: refusal('conflict', 'subscriptions.plan-code-taken', 'Another plan has this code.'),
  planInUse: refusal(
    'conflict',
    'subscriptions.plan-in-use',
    'This plan was bought before: retire it (is_active: false) instead of deleting it.',
  ),
  planUnavailable: refusal('conflict', 'subscriptions.plan-unavailable', 'This plan is not on sale.'),
  alreadyActive: refusal(
    'conflict',
    'subscriptions.already-active',
    'There is a live subscription already: only its own plan can be renewed.',
  ),
  renewalTooEarly: refusal(
    'conflict',
    'subscriptions.renewal-too-early',
    'Too much time is left to renew now.',
    (opensAt: Instant) => ({ opens_at: toRfc3339(opensAt) }),
  ),
  notRenewable: refusal(
    'conflict',
    'subscriptions.not-renewable',
    'The subscription cannot be renewed in its present state.',
    (status: SubscriptionStatus) => ({ subscription_status: status }),
  ),
  trialUsed: refusal('conflict', 'subscriptions.trial-used', 'The trial was used before.'),
  startTooFar: refusal(
    'invalid',
    'subscriptions.start-too-far',
    'The start lies too far ahead.',
    (latest: Instant) => ({ latest: toRfc3339(latest) }),
  ),
  noCurrent: refusal('not-found', 'subscriptions.no-current', 'There is no current subscription.'),
  nothingToResume: refusal(
    'conflict',
    'subscriptions.nothing-to-resume',
    'Nothing is pending that could be undone.',
  ),
  notPausable: refusal(
    'conflict',
    'subscriptions.not-pausable',
    'The subscription cannot be paused in its present state.',
    (status: SubscriptionStatus) => ({ subscription_status: status }),
  ),
  needsAutoRenew: refusal(
    'conflict',
    'subscriptions.needs-auto-renew',
    'What is to happen at the end of the period needs automatic renewal (auto_renew: true).',
  ),
  resumeOutOfRange: refusal(
    'invalid',
    'subscriptions.resume-out-of-range',
    'The pause would end before it begins, or be too long.',
    (range: { readonly after: Instant; readonly latest: Instant }) => ({
      after: toRfc3339(range.after),
      latest: toRfc3339(range.latest),
    }),
  ),
  notChangeable: refusal(
    'conflict',
    'subscriptions.not-changeable',
    'The plan cannot be changed in the present state of the subscription.',
    (status: SubscriptionStatus) => ({ subscription_status: status }),
  ),
  samePlan: refusal('conflict', 'subscriptions.same-plan', 'This is the plan already.'),
  currencyDiffers: refusal(
    'conflict',
    'subscriptions.currency-differs',
    'The plans are priced in different currencies.',
  ),
  changedMeanwhile: refusal(
    'conflict',
    'subscriptions.changed-meanwhile',
    'The subscription was changed meanwhile: ask for the price again.',
  ),
  prorationDate: refusal(
    'conflict',
    'subscriptions.proration-date',
    'The preview holds no more: ask for a new one.',
    (range: { readonly earliest: Instant; readonly latest: Instant }) => ({
      earliest: toRfc3339(range.earliest),
      latest: toRfc3339(range.latest),
    }),
  ),
  collectedElsewhere: refusal(
    'conflict',
    'subscriptions.collected-elsewhere',
    'This subscription is renewed and changed where it is collected.',
    (collector: Collector) => ({ collected_by: collector }),
  ),
};
