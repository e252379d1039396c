import { expect } from 'chai';
import { identityPolicy } from '../../../src/identity/policy.ts';
import { ended, isLive, refreshVerdict, rotated, type Session } from '../../../src/identity/session.ts';
import { after, DAY, type Instant } from '../../../src/kernel/instant.ts';
import { session } from '../../world/identity.ts';
import { NOW } from '../../world/subscriptions.ts';

const rotate = (from: Session, now: Instant): Session =>
  rotated(from, `after ${from.tokenDigest}`, now, identityPolicy);

describe('presenting a refresh token', () => {
  const third = rotate(rotate(session(), NOW), NOW);
  const verdict = (generation: number, milliseconds: number, of: Session = third) =>
    refreshVerdict(of, generation, after(NOW, milliseconds), identityPolicy);

  it('rotates the live one', () => expect(verdict(3, 0)).to.equal('rotate'));
  it('repeats the answer for the one before, within ten seconds', () => {
    expect(verdict(2, 9_999)).to.equal('repeat');
    expect(verdict(2, 10_000)).to.equal('reuse');
  });
  it('takes any older one for a theft, at any time', () => expect(verdict(1, 0)).to.equal('reuse'));
  it('is in vain when the session is over', () => {
    expect(verdict(3, 0, ended(third, 'log-out', NOW))).to.equal('dead');
    expect(verdict(1, 0, ended(third, 'log-out', NOW))).to.equal('dead');
    expect(verdict(3, 30 * DAY)).to.equal('dead');
  });
});

describe('the life of a session', () => {
  it('slides by thirty days, and ends after ninety', () => {
    let current = session();
    expect(isLive(current, after(NOW, 30 * DAY - 1))).to.equal(true);
    expect(isLive(current, after(NOW, 30 * DAY))).to.equal(false);
    for (const day of [29, 58, 87]) current = rotate(current, after(NOW, day * DAY));
    expect(current.expiresAt).to.equal(after(NOW, 90 * DAY));
    expect(isLive(current, after(NOW, 90 * DAY - 1))).to.equal(true);
    expect(isLive(current, after(NOW, 90 * DAY))).to.equal(false);
  });
});
