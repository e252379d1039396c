import { refusal } from '../kernel/domain-error.ts';
import { notFound } from '../kernel/not-found.ts';

export const refusals = {
  notFound,
  badDuration: refusal(
    'invalid',
    'request.invalid',
    'The clock moves forward by an ISO 8601 duration of at most ten years, such as P40D, PT90M or P1Y6M.',
  ),
};
