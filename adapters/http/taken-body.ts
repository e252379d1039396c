import type { IncomingMessage } from 'node:http';

/** A request that somebody in front of us has read: Express's parsers keep `body`, cloud runtimes `rawBody` too. */
type TakenRequest = IncomingMessage & { readonly body?: unknown; readonly rawBody?: unknown };

/** Whether the body was read to its end before it came to us: nothing more will arrive. */
export const isTaken = (request: IncomingMessage): boolean => request.readableEnded;

/** The bytes of a taken body, where whoever took it kept them. */
export function takenBytes(request: TakenRequest): Buffer | undefined {
  for (const kept of [request.rawBody, request.body]) {
    if (kept instanceof Uint8Array) return Buffer.from(kept.buffer, kept.byteOffset, kept.byteLength);
    if (typeof kept === 'string') return Buffer.from(kept);
  }
  return undefined;
}

/** What whoever took the body made of it. */
export const takenValue = (request: TakenRequest): unknown => request.body;

/** A fault of the set-up, and none of the caller's: it is logged in these words and answered with 500. */
export const bodyLost = (): Error =>
  new Error(
    'A parser in front of Usher took the body and did not keep its bytes. Mount Usher before the parser, or keep ' +
      'them: express.json({ verify: (request, _, bytes) => { request.rawBody = bytes; } }).',
  );
