import { parentPort, workerData } from 'node:worker_threads';
import type { Committed } from './commit-thread.ts';
import { commitGuarded, type GuardedWrites } from './guarded-writes.ts';
import { openWriter } from './sqlite-connection.ts';

const connection = openWriter(workerData as string);

function committed(writes: GuardedWrites): Committed {
  try {
    return { changed: commitGuarded(connection, writes), fault: null };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const code = 'code' in error ? String(error.code) : '';
    return { changed: null, fault: { code, message: error.message } };
  }
}

parentPort?.on('message', (writes: GuardedWrites | null) => {
  if (writes) return parentPort?.postMessage(committed(writes));
  connection.close();
  return parentPort?.close();
});
