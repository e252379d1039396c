import { expect } from 'chai';
import {
  delayAfter,
  failedAgain,
  isDelayed,
  type LoginThrottle,
} from '../../../src/identity/login-throttle.ts';
import { identityPolicy } from '../../../src/identity/policy.ts';
import { after, HOUR, type Instant } from '../../../src/kernel/instant.ts';
import { NOW } from '../../world/subscriptions.ts';

const policy = identityPolicy.throttle;
const free = policy.freeFailures;
const again = (throttle: LoginThrottle | undefined, now: Instant): LoginThrottle =>
  failedAgain('k', throttle, now, { freeFailures: free, policy });

describe('the delay after failed log-ins', () => {
  const table: readonly (readonly [failures: number, seconds: number])[] = [
    [1, 0],
    [5, 0],
    [6, 1],
    [7, 2],
    [8, 4],
    [9, 8],
    [10, 16],
    [11, 32],
    [12, 64],
    [13, 128],
    [14, 256],
    [15, 512],
    [16, 900],
    [17, 900],
    [5_000, 900],
  ];
  for (const [failures, seconds] of table) {
    it(`is ${seconds} s after ${failures}`, () => {
      expect(delayAfter(failures, free, policy)).to.equal(seconds * 1_000);
    });
  }

  it('ends to the millisecond', () => {
    let throttle: LoginThrottle | undefined;
    for (let failure = 0; failure < 6; failure += 1) throttle = again(throttle, NOW);
    expect(isDelayed(throttle, after(NOW, 999))).to.equal(true);
    expect(isDelayed(throttle, after(NOW, 1_000))).to.equal(false);
    expect(isDelayed(undefined, NOW)).to.equal(false);
  });

  it('is forgotten after twelve hours', () => {
    let throttle: LoginThrottle | undefined;
    for (let failure = 0; failure < 9; failure += 1) throttle = again(throttle, NOW);
    expect(again(throttle, after(NOW, 12 * HOUR - 1)).failures).to.equal(10);
    expect(again(throttle, after(NOW, 12 * HOUR)).failures).to.equal(1);
  });
});
