import { isId } from '../kernel/ids.ts';
import type { Viewer } from './face.ts';
import type { StreamSecrets, StreamStore } from './ports.ts';
import { refusals } from './refusals.ts';
import type { Stream } from './stream.ts';

/** Refuses who brings neither an account nor the secret of a stream. */
function assertSpeaks({ actor, token }: Viewer): void {
  if (actor.kind !== 'account' && token === null) throw refusals.signInRequired();
}

/** Whether `viewer` speaks for the stream: its account, or the holder of its secret. */
export function holds(stream: Stream, { actor, token }: Viewer, secrets: StreamSecrets): boolean {
  if (stream.accountId !== null) return actor.kind === 'account' && actor.accountId === stream.accountId;
  return token !== null && stream.secretHash === secrets.hash(token);
}

/** The viewer's stream, held; somebody else's is as absent as one that never was. */
export async function heldStream(
  streams: StreamStore,
  { streamId, ...viewer }: Viewer & { readonly streamId: string },
  secrets: StreamSecrets,
): Promise<Stream> {
  assertSpeaks(viewer);
  const [stream] = isId(streamId) ? await streams.hold({ ids: [streamId], accountIds: [] }) : [];
  if (!stream || !holds(stream, viewer, secrets)) throw refusals.notFound();
  return stream;
}
