import type { React } from '../../src/operations/index.ts';
import { inTime } from '../clock/in-time.ts';

/** A reaction that hangs must not hold up the others: after its lease it has failed, and is tried again. */
export const withinSeconds =
  (react: React, seconds: number): React =>
  (reaction, event) =>
    inTime(seconds * 1_000, () => react(reaction, event), `${reaction} took longer than ${seconds} s`);
