import { expect } from 'chai';
import { after, HOUR, instant, SECOND } from '../../../src/kernel/instant.ts';
import {
  deliveryPolicy,
  exhausted,
  failed,
  owed,
  redriven,
  retryDelay,
} from '../../../src/operations/delivery.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const attempted = (attempts: number) => ({ ...owed('event', 'notifications.deliver'), attempts });

describe('a delivery that failed', () => {
  it('waits four times longer each time, an hour at the most', () => {
    const seconds = [1, 2, 3, 4, 5, 6, 7].map((attempts) => retryDelay(attempts, deliveryPolicy) / SECOND);
    expect(seconds).to.deep.equal([5, 20, 80, 320, 1_280, 3_600, 3_600]);
  });

  it('is due again after its wait, with the reason', () => {
    const next = failed(attempted(1), { now: NOW, reason: 'no mail today', policy: deliveryPolicy });
    expect(next).to.include({ dueAt: after(NOW, 5 * SECOND), diedAt: null, lastError: 'no mail today' });
  });

  it('is dead after the eighth attempt, and not before', () => {
    const how = { now: NOW, reason: 'no', policy: deliveryPolicy };
    expect(failed(attempted(7), how).diedAt).to.equal(null);
    expect(failed(attempted(8), how).diedAt).to.equal(NOW);
  });

  it('keeps no more than 500 characters of a reason', () => {
    const how = { now: NOW, reason: 'x'.repeat(2_000), policy: deliveryPolicy };
    expect(failed(attempted(1), how).lastError).to.have.length(500);
  });

  it('that killed its runner eight times is not run a ninth', () => {
    expect(exhausted(attempted(8), deliveryPolicy)).to.equal(false);
    expect(exhausted(attempted(9), deliveryPolicy)).to.equal(true);
  });

  it('begins anew when it is driven again', () => {
    const dead = failed(attempted(8), { now: NOW, reason: 'no', policy: deliveryPolicy });
    expect(redriven(dead, after(NOW, HOUR))).to.include({ attempts: 0, diedAt: null, dueAt: NOW + HOUR });
  });
});
