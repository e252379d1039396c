import { expect } from 'chai';
import fc from 'fast-check';
import { proving, sized } from '../races/race.ts';
import { figure } from '../world/figures.ts';
import { command } from './commands.ts';
import { Reference } from './model.ts';
import { play, type Life, type MakeReference, type Met } from './play.ts';

const LIVES = sized(1_000, 15);
const COMMANDS = sized(50, 30);

const MONTH_ENDS = ['2027-01-31', '2027-03-31', '2027-12-31', '2028-01-30', '2028-02-29'];
/** Two years of beginnings, a leap year among them. */
const at = fc.oneof(
  fc.integer({ min: Date.UTC(2027, 0, 1), max: Date.UTC(2029, 0, 1) }),
  fc.constantFrom(...MONTH_ENDS.map((day) => Date.parse(`${day}T23:30:00.250Z`))),
);
/** Exactly so many commands, until a counterexample shrinks: then nothing is done in some places. */
const todo = fc
  .tuple(...Array.from({ length: COMMANDS }, () => fc.option(command, { freq: 1_000 })))
  .map((places) => places.filter((each) => each !== null));
const life: fc.Arbitrary<Life> = fc.record({ at, todo });

/** A failure is played again by its seed and its path. */
const [seed, path] = [process.env['FC_SEED'], process.env['FC_PATH']];
const again = { ...(seed !== undefined && { seed: Number(seed) }), ...(path !== undefined && { path }) };

const failureOf = (lived: Life): Promise<unknown> =>
  play(lived).then(
    () => undefined,
    (error: unknown) => error,
  );

/** As few of the commands as still fail: shrinking leaves some over. */
async function fewest(failing: Life): Promise<Life> {
  let left = failing;
  for (let index = failing.todo.length - 1; index >= 0; index -= 1) {
    const fewer = { ...left, todo: left.todo.toSpliced(index, 1) };
    if ((await failureOf(fewer)) !== undefined) left = fewer;
  }
  return left;
}

/** Plays random lives; throws the smallest one found on which product and model part. */
async function agree(met: Met): Promise<void> {
  const property = fc.asyncProperty(life, (each) => play(each, { met }));
  const checked = await fc.check(property, { numRuns: LIVES, ...again });
  if (!checked.failed) return;
  const [failing] = checked.counterexample ?? [];
  if (!failing) throw new Error('no counterexample is told');
  const small = await fewest(failing);
  const lines = small.todo.map((each) => JSON.stringify(each));
  const how = `FC_SEED=${checked.seed} FC_PATH=${checked.counterexamplePath}${proving ? ' PROVE=1' : ''}`;
  const cause = await failureOf(small);
  const told = [String(cause), `from ${new Date(small.at).toISOString()}`, ...lines, how];
  throw new Error(told.join('\n  '), { cause });
}

/** What random lives must meet with, lest they agree about nothing. */
const STATUSES = 'incomplete scheduled trialing active past_due paused canceled expired'.split(' ');
const ANSWERS = [
  ...['ok', 'requires_action', 'billing.payment-declined', 'billing.purchase-in-progress'],
  ...['billing.payment-not-refundable', 'billing.refund-exceeds-payment'],
  ...'no-current already-active renewal-too-early not-renewable nothing-to-resume not-pausable'
    .concat(' needs-auto-renew resume-out-of-range not-changeable same-plan')
    .split(' ')
    .map((code) => `subscriptions.${code}`),
];

/** Models that have one rule wrong. */
const WRONG: Readonly<Record<string, MakeReference>> = {
  'has no access in the grace of a debt': (now) =>
    new (class extends Reference {
      override get access(): boolean {
        return this.sub?.status !== 'past_due' && super.access;
      }
    })(now),
  'charges a debt once more after it was given up': (now) =>
    new (class extends Reference {
      protected override retryDays = [2, 5, 7, 7, 7];
    })(now),
  'forgets a pause that was wished for when it renews by hand': (now) =>
    new (class extends Reference {
      override purchase(...order: Parameters<Reference['purchase']>): string {
        const answer = super.purchase(...order);
        if (this.sub && order[0].intent === 'renew') this.sub.pauseAtEnd = false;
        return answer;
      }
    })(now),
  'leaves on the balance what a refund takes off it': (now) =>
    new (class extends Reference {
      protected override reclaim(): void {
        return;
      }
    })(now),
};

describe('the product against a small model of the rules', () => {
  it(`agrees with it after each of ${COMMANDS} random commands, in ${LIVES} lives`, async function () {
    this.timeout(proving ? 1_200_000 : 60_000);
    const [answers, statuses] = [new Map<string, number>(), new Set<string>()];
    let count = 0;
    await agree((_, answer, status) => {
      count += 1;
      answers.set(answer, (answers.get(answer) ?? 0) + 1);
      statuses.add(status);
    });
    const refused = [...answers].reduce((sum, [code, times]) => (code.includes('.') ? sum + times : sum), 0);
    figure({ lives: LIVES, commands: count, refused });
    if (!proving || seed !== undefined) return;
    expect([...statuses]).to.include.members(STATUSES);
    expect([...answers.keys()]).to.include.members(ANSWERS);
  });

  for (const [rule, make] of Object.entries(WRONG).slice(0, sized(4, 1)))
    it(`parts from a model that ${rule}`, async function () {
      this.timeout(120_000);
      const property = fc.asyncProperty(life, (each) => play(each, { make }));
      const { failed, numRuns } = await fc.check(property, { numRuns: 300, seed: 4, endOnFailure: true });
      expect(failed).to.equal(true);
      figure({ 'lives until then': numRuns });
    });
});
