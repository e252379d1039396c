import { refusal } from '../kernel/domain-error.ts';

export const refusals = {
  planNotFound: refusal(
    'not-found',
    'request.not-found',
    'There is no such thing, or it is not yours to see.',
  ),
  planCodeTaken: refusal('conflict', 'subscriptions.plan-code-taken', 'Another plan has this code.'),
  planInUse: refusal(
    'conflict',
    'subscriptions.plan-in-use',
    'This plan was bought before: retire it (is_active: false) instead of deleting it.',
  ),
};
