import { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { readAll } from './body.ts';
import { bodyTooLarge } from './edge-refusals.ts';
import { isTaken, takenBytes, takenValue } from './taken-body.ts';

/** rules.md: webhooks 1 MB, in 30 s. */
const WEBHOOK_LIMITS = { limitBytes: 1_000_000, timeoutMs: 30_000 };

/** A form with a field or two. */
const FORM_LIMITS = { limitBytes: 2_000, timeoutMs: 30_000 };

/**
 * The bytes of a webhook exactly as they were sent: a signature is over them, and what was parsed and written
 * again is something else. Refuses with 413 and 408.
 */
export const readWebhook = (stream: Readable): Promise<Buffer> => bytesOf(stream, WEBHOOK_LIMITS);

/** The fields of a form as browsers send them. Refuses with 413 and 408. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  if (!isTaken(request)) return new URLSearchParams((await bytesOf(request, FORM_LIMITS)).toString('utf8'));
  const bytes = takenBytes(request);
  if (bytes) return new URLSearchParams(bytes.toString('utf8'));
  const fields = Object.entries(takenValue(request) ?? {});
  return new URLSearchParams(fields.map(([name, value]): [string, string] => [name, String(value)]));
}

async function bytesOf(
  stream: Readable,
  limits: { readonly limitBytes: number; readonly timeoutMs: number },
): Promise<Buffer> {
  const declared = stream instanceof IncomingMessage ? stream.headers['content-length'] : undefined;
  if (Number(declared ?? 0) > limits.limitBytes) throw bodyTooLarge(limits.limitBytes);
  return readAll(stream, limits);
}
