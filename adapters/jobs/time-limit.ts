import type { React } from '../../src/operations/index.ts';

/** A reaction that hangs must not hold up the others: after its lease it has failed, and is tried again. */
export const withinSeconds =
  (react: React, seconds: number): React =>
  async (reaction, event) => {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      timer = setTimeout(
        () => reject(new Error(`${reaction} took longer than ${seconds} s`)),
        seconds * 1_000,
      );
    });
    try {
      await Promise.race([react(reaction, event), late]);
    } finally {
      clearTimeout(timer);
    }
  };
