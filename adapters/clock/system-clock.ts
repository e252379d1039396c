import { instant, type Clock } from '../../src/kernel/instant.ts';

export const systemClock: Clock = { now: () => instant(Date.now()) };
