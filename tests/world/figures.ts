import { appendFileSync } from 'node:fs';
import type { Context } from 'mocha';

/** What `npm run prove` counts; elsewhere nobody asks, and nothing is written. */
const file = process.env['PROOF_FIGURES'];
let current = '';

/** For `mocha --require`: figures belong to the test that they are told in. */
export const mochaHooks = {
  beforeEach(this: Context): void {
    current = this.currentTest?.fullTitle() ?? '';
  },
};

/** Tells how big a test was: `figure({ contenders: 200 })`. */
export function figure(sizes: Readonly<Record<string, number>>): void {
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ test: current, sizes })}\n`);
}
