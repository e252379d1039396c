import fc from 'fast-check';
import { proving, sized } from '../races/race.ts';
import { figure } from '../world/figures.ts';
import { command } from './commands.ts';
import { play } from './play.ts';

const RUNS = sized(1_000, 15);
const STEPS = sized(50, 30);

/** Two years and a leap day of beginnings, month ends among them. */
const start = fc.oneof(
  fc.integer({ min: Date.UTC(2027, 0, 1), max: Date.UTC(2029, 0, 1) }),
  fc
    .constantFrom('2027-01-31', '2028-01-30', '2028-02-29', '2027-12-31', '2027-03-31')
    .map((day) => Date.parse(`${day}T23:30:00.250Z`)),
);

/** Exactly so many; a counterexample keeps its places and has `null` where nothing needs to be done. */
const commands = fc
  .tuple(...Array.from({ length: STEPS }, () => fc.option(command, { freq: 1_000 })))
  .map((list) => list.filter((each) => each !== null));

const [seed, path] = [process.env['FC_SEED'], process.env['FC_PATH']];
const again = { ...(seed !== undefined && { seed: Number(seed) }), ...(path !== undefined && { path }) };

describe('the product against a small model of the rules', () => {
  it(`agrees with it after each of ${STEPS} random commands, ${RUNS} times`, async function () {
    this.timeout(proving ? 1_200_000 : 60_000);
    figure({ runs: RUNS, commands: RUNS * STEPS });
    await fc.assert(
      fc.asyncProperty(start, commands, (at, todo) => play(at, todo)),
      { numRuns: RUNS, ...again },
    );
  });
});
