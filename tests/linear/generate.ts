import { chanceOf } from '../races/race.ts';
import type { Operation } from './history.ts';

/** What the plan gives a day: little, so that it is used up in the middle of a history. */
export const LIMIT = 8;

export interface Step {
  readonly operation: Operation;
  readonly waitMs: number;
}

export interface Script {
  readonly seed: number;
  /** What is done before the others begin, one after another. */
  readonly opening: readonly Step[];
  /** One list for each client. */
  readonly clients: readonly (readonly Step[])[];
  /** Seconds from the beginning until a day of the plan turns. */
  readonly turnsAfter: number;
}

/** Four to six clients, who do twelve to twenty things in all beside the opening. */
export function scriptOf(seed: number): Script {
  const chance = chanceOf(seed);
  const pick = (most: number): number => Math.floor(chance() * most);
  const opening = Array.from({ length: pick(4) }, (_, index): Step => {
    const early: Operation =
      index < 2
        ? { does: 'reserve', amount: 1 + pick(3), name: `first ${index}`, seconds: secondsOf(chance) }
        : grantOf(chance);
    return { operation: early, waitMs: 0 };
  });
  const count = 4 + pick(3);
  const clients = Array.from({ length: count }, (_, client) =>
    Array.from({ length: 3 + pick(count > 4 ? 1 : 3) }, (_, place): Step => {
      const waitMs = chance() < 0.5 ? 0 : 1 + pick(4);
      return { operation: operationOf(chance, { client, place }), waitMs };
    }),
  );
  return { seed, opening, clients, turnsAfter: chance() < 0.3 ? chance() * 8 : 40_000 };
}

const secondsOf = (chance: () => number): number => (chance() < 0.5 ? 1 + Math.floor(chance() * 3) : 60);

const grantOf = (chance: () => number): Operation => ({
  does: 'grant',
  amount: 1 + Math.floor(chance() * 3),
  expiresAt: chance() < 0.6 ? 1 + Math.floor(chance() * 4) : null,
});

interface Standing {
  readonly client: number;
  /** How much the client did before. */
  readonly place: number;
}

const ownName = ({ client, place }: Standing): string => `${client}.${place}`;

/** Of the opening, which everybody knows, or one that the client may have made before. */
const nameOf = (chance: () => number, { client, place }: Standing): string =>
  chance() < 0.5
    ? `first ${Math.floor(chance() * 2)}`
    : ownName({ client, place: Math.floor(chance() * place) });

function operationOf(chance: () => number, standing: Standing): Operation {
  const amount = 1 + Math.floor(chance() * 3);
  const key = chance() < 0.25 ? `${Math.floor(chance() * 2)}` : null;
  const way = chance();
  // A key goes with one request: its amount is its own.
  if (way < 0.4) return { does: 'consume', key, amount: key === null ? amount : 1 + Number(key) };
  if (way < 0.55) return { does: 'reserve', amount, name: ownName(standing), seconds: secondsOf(chance) };
  if (way < 0.7)
    return { does: 'commit', name: nameOf(chance, standing), amount: chance() < 0.4 ? null : amount - 1 };
  if (way < 0.78) return { does: 'release', name: nameOf(chance, standing) };
  if (way < 0.85) return grantOf(chance);
  return { does: 'look' };
}
