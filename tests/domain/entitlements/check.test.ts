import { expect } from 'chai';
import { checking } from '../../../src/entitlements/check.ts';
import type { Entitlement } from '../../../src/entitlements/index.ts';
import { nextId } from '../../world/subscriptions.ts';

const limited = (limit: number, used: number): Entitlement => {
  const remaining = limit < 0 ? -1 : Math.max(0, limit - used);
  const reason = remaining === 0 ? 'limit_reached' : null;
  return {
    feature: 'f',
    kind: 'meter',
    allowed: reason === null,
    reason,
    limit,
    used,
    remaining,
    resetsAt: null,
  };
};

const check = (entitlement: Entitlement, amount: number | null, isSuspended = false) =>
  checking({ find: async () => ({ isSuspended }) }, async () => entitlement).check({
    accountId: nextId(),
    feature: 'f',
    amount,
  });

describe('checking an entitlement for somebody else', () => {
  for (const [limit, used, amount, allowed] of [
    [10, 7, null, true],
    [10, 7, 1, true],
    [10, 7, 3, true],
    [10, 7, 4, false],
    [10, 10, null, false],
    [10, 10, 1, false],
    [0, 0, 1, false],
    [-1, 0, 1_000_000, true],
  ] as const)
    it(`${used} of ${limit} used, ${amount ?? 'anything'} wanted: ${allowed ? 'allowed' : 'denied'}`, async () => {
      const given = limited(limit, used);
      const reason = allowed ? null : 'limit_reached';
      expect(await check(given, amount)).to.deep.equal({ ...given, allowed, reason });
    });

  it('keeps the reason of what is denied anyhow', async () => {
    const paused = { ...limited(10, 7), allowed: false, reason: 'paused' } as const;
    expect(await check(paused, 9)).to.deep.equal(paused);
  });

  it('denies everything to a suspended account, whatever the reason was', async () => {
    for (const given of [limited(-1, 0), limited(1, 1)])
      expect(await check(given, null, true)).to.deep.equal({ ...given, allowed: false, reason: 'suspended' });
  });

  it('asks nobody about an id that cannot be one', async () => {
    const asked: string[] = [];
    const find = async (id: string) => {
      asked.push(id);
      return undefined;
    };
    const { check: ask } = checking({ find }, async () => limited(1, 0));
    for (const accountId of ['nonsense', nextId()]) {
      const refused: unknown = await ask({ accountId, feature: 'f', amount: null }).catch(
        (error: unknown) => error,
      );
      expect(refused).to.have.property('code', 'request.not-found');
    }
    expect(asked).to.have.length(1);
  });
});
