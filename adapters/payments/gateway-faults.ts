import { MINUTE, SECOND } from '../../src/kernel/instant.ts';
import type { GatewayOperation } from './bounded-gateway.ts';

/** What goes wrong between the simulated gateway and the product. */
export interface GatewayFaults {
  /** What becomes of one call: it never arrives, or its answer is lost. */
  call(operation: GatewayOperation): 'through' | 'lost-before' | 'lost-after';
  /** When each copy of an event arrives, in milliseconds from now; none: the event is lost. */
  arrivals(eventId: string): readonly number[];
}

/** The line is good: every event arrives once, and at once. */
export const noFaults: GatewayFaults = { call: () => 'through', arrivals: () => [0] };

/** Shares of 0 to 1: how often each thing goes wrong. */
export interface FaultPlan {
  readonly seed: number;
  readonly lostEvents?: number;
  readonly duplicates?: number;
  /** Delayed by up to ten minutes, which also brings them out of order. */
  readonly delays?: number;
  readonly timeOuts?: number;
}

/** A bad line, the same for the same seed and the same calls in the same order. */
export function seededFaults({
  seed,
  lostEvents = 0,
  duplicates = 0,
  delays = 0,
  timeOuts = 0,
}: FaultPlan): GatewayFaults {
  const random = generator(seed);
  const arrival = (): number => (random() < delays ? Math.floor(random() * 10 * MINUTE) + SECOND : 0);
  return {
    call: () => {
      if (random() >= timeOuts) return 'through';
      return random() < 0.5 ? 'lost-before' : 'lost-after';
    },
    arrivals: () => {
      if (random() < lostEvents) return [];
      return random() < duplicates ? [arrival(), arrival()] : [arrival()];
    },
  };
}

/** Mulberry32: good enough for faults, and the same everywhere. */
function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
