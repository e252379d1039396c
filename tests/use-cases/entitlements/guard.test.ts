import { expect } from 'chai';
import { createGuard } from '../../../src/entitlements/index.ts';
import { handMeter } from '../../world/hand-meter.ts';

const ACCOUNT = '01980000-0000-7000-8000-00000000a11c';
const downloads = { accountId: ACCOUNT, feature: 'downloads' } as const;

/** What the work gave, or the code or words of what was thrown. */
const outcomeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.catch((error: unknown) => (error instanceof Error && 'code' in error ? error.code : String(error)));

describe('a guard around a piece of work', () => {
  it('uses a unit up, and gives what the work gives', async () => {
    const meter = handMeter(2);
    const guard = createGuard(meter);
    expect(await guard(downloads, async () => 'done')).to.equal('done');
    expect(await guard({ ...downloads, amount: 1 }, async () => 'again')).to.equal('again');
    expect(meter.used).to.equal(2);
  });

  it('does not run the work of an account that has nothing left, or never had', async () => {
    const meter = handMeter(1);
    const guard = createGuard(meter);
    let runs = 0;
    const work = async (): Promise<number> => (runs += 1);
    await guard(downloads, work);
    expect(await outcomeOf(guard(downloads, work))).to.equal('entitlements.limit-reached');
    const uploads = { ...downloads, feature: 'uploads' };
    expect(await outcomeOf(guard(uploads, work))).to.equal('entitlements.not-in-plan');
    expect(runs).to.equal(1);
  });

  it('does not run it while nobody can count', async () => {
    const meter = handMeter(5);
    meter.fails(new Error('no database'));
    let runs = 0;
    const work = async (): Promise<number> => (runs += 1);
    const guard = createGuard(meter);
    for (const attempt of [guard(downloads, work), guard({ ...downloads, reserve: true }, work)])
      expect(await outcomeOf(attempt)).to.equal('Error: no database');
    expect(runs).to.equal(0);
  });

  it('costs nothing where the feature is a flag that the account has', async () => {
    const meter = handMeter(0);
    expect(await createGuard(meter)({ ...downloads, feature: 'hd' }, async () => 'sharp')).to.equal('sharp');
    expect(meter.used).to.equal(0);
  });

  it('takes payment once for a key, and runs the work each time', async () => {
    const meter = handMeter(1);
    const guard = createGuard(meter);
    let runs = 0;
    const work = async (): Promise<number> => (runs += 1);
    await guard({ ...downloads, key: 'job 7' }, work);
    await guard({ ...downloads, key: 'job 7' }, work);
    expect([runs, meter.used]).to.deep.equal([2, 1]);
    const other = guard({ ...downloads, key: 'job 7', amount: 2 }, work);
    expect(await outcomeOf(other)).to.equal('idempotency.other-request');
  });

  for (const amount of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    it(`takes ${amount} for no number of units`, async () => {
      const meter = handMeter(5);
      const work = createGuard(meter)({ ...downloads, amount }, async () => 'done');
      expect(await outcomeOf(work)).to.equal(`RangeError: not a number of units: ${amount}`);
      expect(meter.used).to.equal(0);
    });
});

describe('a guard that sets units aside', () => {
  const hold = { ...downloads, amount: 4, reserve: true } as const;

  it('uses them up when the work succeeds', async () => {
    const meter = handMeter(5);
    let during = 0;
    const given = await createGuard(meter)(hold, async () => {
      during = meter.used;
      return 'done';
    });
    expect([given, during, meter.used]).to.deep.equal(['done', 4, 4]);
  });

  it('uses up what the work says, and gives the rest back', async () => {
    const meter = handMeter(5);
    await createGuard(meter)(hold, async (spend) => spend(1));
    expect(meter.used).to.equal(1);
  });

  it('takes no number of units that is none', async () => {
    const meter = handMeter(5);
    for (const units of [-1, 0.5, Number.NaN]) {
      const work = createGuard(meter)(hold, async (spend) => spend(units));
      expect(await outcomeOf(work)).to.equal(`RangeError: not a number of units: ${units}`);
    }
    expect(meter.used).to.equal(0);
  });

  it('gives them back when the work fails, and tells what went wrong with it', async () => {
    const meter = handMeter(5);
    const failing = createGuard(meter)(hold, async () => {
      throw new Error('torn');
    });
    expect(await outcomeOf(failing)).to.equal('Error: torn');
    expect(meter.used).to.equal(0);
  });

  it('tells what went wrong with the work when giving back fails too', async () => {
    const meter = handMeter(5);
    const release = (): Promise<never> => Promise.reject(new Error('no database'));
    const failing = createGuard({ ...meter, release })(hold, async () => {
      throw new Error('torn');
    });
    expect(await outcomeOf(failing)).to.equal('Error: torn');
  });

  it('lets only so many begin as there are units for', async () => {
    const meter = handMeter(5);
    const guard = createGuard(meter);
    const [first, second] = [guard(hold, async () => 'done'), guard(hold, async () => 'done')];
    expect(await Promise.all([first, second].map(outcomeOf))).to.deep.equal([
      'done',
      'entitlements.limit-reached',
    ]);
  });
});
