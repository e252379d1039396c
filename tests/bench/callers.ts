const CALLERS = 64;

/** Asks once; `turn` says whom, so that callers do not all ask for the same. */
export type Ask = (turn: number) => Promise<unknown>;

export interface Sitting {
  readonly round: number;
  /** How long the callers go on. */
  readonly ms: number;
}

/** Microseconds that a question takes, with so many callers that each wait for their answer. */
export async function costOf(ask: Ask, { round, ms }: Sitting): Promise<number> {
  const end = performance.now() + ms;
  let done = 0;
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: CALLERS }, async (_, seat) => {
      for (let turn = seat + round; performance.now() < end; turn += CALLERS) {
        await ask(turn);
        done += 1;
      }
    }),
  );
  return ((performance.now() - begun) * 1_000) / done;
}
