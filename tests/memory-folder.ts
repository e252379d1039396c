import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
/** What the databases of all companies come to, several times over. */
const ENOUGH_BYTES = 6 * 1024 ** 3;

/**
 * A folder in memory for all that the tests store, where there is room: most of their time was waiting for a disk to
 * confirm what a moment later is thrown away. What they prove is the death of processes, which memory survives as a
 * disk does; `npm run prove` uses the disk. Null where TMPDIR says otherwise, or nothing can be run from there.
 */
export function memoryFolder(): string | null {
  if (process.env['TMPDIR'] !== undefined) return null;
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    if (bavail * bsize < ENOUGH_BYTES) return null;
    const folder = mkdtempSync(join(MEMORY, 'usher-tests-'));
    // Postgres runs as another user when we are root, and must be able to pass through.
    chmodSync(folder, 0o711);
    if (runsPrograms(folder)) return folder;
    rmSync(folder, { recursive: true });
    return null;
  } catch {
    return null;
  }
}

function runsPrograms(folder: string): boolean {
  const program = join(folder, 'runs');
  writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
  return spawnSync(program).status === 0;
}
