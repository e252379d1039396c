import type { IncomingMessage, ServerResponse } from 'node:http';

const LINGER_MS = 5_000;

/**
 * A request may be answered before its body was read (413, 401 on an upload). Node throws the rest away as
 * it comes, so that the caller reads the answer and the connection can be used again; one that does not end
 * soon is cut off.
 */
export function lingerAfter(request: IncomingMessage, response: ServerResponse, lingerMs = LINGER_MS): void {
  if (request.headers['content-length'] === undefined && request.headers['transfer-encoding'] === undefined)
    return;
  // Taken now: a request that was destroyed half-read has none any more when its answer is out.
  const { socket } = request;
  response.once('finish', () => {
    if (request.complete) return;
    const timer = setTimeout(() => {
      if (!request.complete) socket.destroy();
    }, lingerMs);
    timer.unref();
    request.once('end', () => clearTimeout(timer));
    request.resume();
  });
}
