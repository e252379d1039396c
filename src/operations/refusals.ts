import { refusal } from '../kernel/domain-error.ts';

export const refusals = {
  notFound: refusal('not-found', 'request.not-found', 'There is no such thing, or it is not yours to see.'),
  badDuration: refusal(
    'invalid',
    'request.invalid',
    'The clock moves forward by an ISO 8601 duration of at most ten years, such as P40D, PT90M or P1Y6M.',
  ),
};
