import { refusal } from './domain-error.ts';

/**
 * Absent, malformed and invisible are answered alike in every context, so that nobody learns from a refusal
 * what exists.
 */
export const notFound = refusal(
  'not-found',
  'request.not-found',
  'There is no such thing, or it is not yours to see.',
);
