import type { IncomingMessage } from 'node:http';

/** Slower than this, while we wait for the caller, is holding a connection rather than uploading. */
const MIN_BYTES_PER_SECOND = 1_024;

/**
 * Uploads are exempt from the time that a request may take, not from progress: one that gives us less than
 * 1 kB/s while we are ready to read is dropped. The function returned ends the watch.
 */
export function watchUpload(request: IncomingMessage, everyMs: number): () => void {
  const enough = (MIN_BYTES_PER_SECOND * everyMs) / 1_000;
  let before = request.socket.bytesRead;
  const timer = setInterval(() => {
    const now = request.socket.bytesRead;
    const starving = !request.complete && request.readableLength === 0;
    if (starving && now - before < enough) request.socket.destroy();
    before = now;
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}
