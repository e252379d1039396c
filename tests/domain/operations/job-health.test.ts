import { expect } from 'chai';
import { after, instant, MINUTE } from '../../../src/kernel/instant.ts';
import { healthOf, neverRun, ran } from '../../../src/operations/job.ts';

const NOON = instant(Date.UTC(2026, 0, 31, 12));
const every5 = { everyMinutes: 5 };
const fresh = neverRun('tests.alarm', NOON);

describe('the health of a job', () => {
  it('is good before the first run is due, and for three intervals after', () => {
    expect(healthOf(fresh, every5, NOON)).to.deep.equal({ failing: false, stuck: false });
    expect(healthOf(fresh, every5, after(NOON, 15 * MINUTE)).stuck).to.equal(false);
  });

  it('is stuck a moment later', () => {
    expect(healthOf(fresh, every5, after(NOON, 15 * MINUTE + 1)).stuck).to.equal(true);
  });

  it('is failing from an error to the next success', () => {
    const failed = ran(fresh, NOON, { error: 'no' });
    expect(healthOf(failed, every5, NOON).failing).to.equal(true);
    const cured = ran(failed, after(NOON, 1), { done: 0 });
    expect(healthOf(cured, every5, NOON).failing).to.equal(false);
    const again = ran(cured, after(NOON, 2), { error: 'no' });
    expect(healthOf(again, every5, NOON).failing).to.equal(true);
  });
});
