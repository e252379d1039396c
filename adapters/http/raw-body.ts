import type { IncomingMessage } from 'node:http';
import { readAll } from './body.ts';
import { bodyTooLarge } from './edge-refusals.ts';

/** rules.md: webhooks 1 MB, in 30 s. */
const WEBHOOK_LIMITS = { limitBytes: 1_000_000, timeoutMs: 30_000 };

/** A form with a field or two. */
const FORM_LIMITS = { limitBytes: 2_000, timeoutMs: 30_000 };

/**
 * The bytes of a webhook exactly as they were sent: a signature is over them, and what was parsed and written
 * again is something else. Refuses with 413 and 408.
 */
export const readWebhook = (request: IncomingMessage): Promise<Buffer> => bytesOf(request, WEBHOOK_LIMITS);

/** The fields of a form as browsers send them. Refuses with 413 and 408. */
export const readForm = async (request: IncomingMessage): Promise<URLSearchParams> =>
  new URLSearchParams((await bytesOf(request, FORM_LIMITS)).toString('utf8'));

async function bytesOf(
  request: IncomingMessage,
  limits: { readonly limitBytes: number; readonly timeoutMs: number },
): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > limits.limitBytes)
    throw bodyTooLarge(limits.limitBytes);
  return readAll(request, limits);
}
