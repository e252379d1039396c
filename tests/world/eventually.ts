import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the answer is yes; rejects, with what was awaited, when it never was. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await pause(20);
  }
}
