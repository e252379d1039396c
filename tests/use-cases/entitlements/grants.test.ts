import { expect } from 'chai';
import { after, DAY } from '../../../src/kernel/instant.ts';
import type { GrantRequest } from '../../../src/entitlements/index.ts';
import {
  entitlementsOn,
  feature,
  holding,
  ids,
  metered,
  NOON,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { refusalOf } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';

onEveryStore('giving units', (open) => {
  let world: EntitlementWorld;
  let account: string;
  beforeEach(async () => {
    const everybody = holding([metered({ limit: 10 }), feature('offline', 'flag')]);
    world = entitlementsOn(await open(), { everybody, policy: { maxGrants: 2 } });
    account = ids.next();
    world.know(account);
  });
  const gift = (changes: Partial<GrantRequest> = {}): GrantRequest => ({
    ...{ actor: operator, accountId: account, feature: 'api_calls', source: 'gift', amount: 5 },
    ...{ priority: null, expiresAt: null, ...changes },
  });
  const codeOf = async (changes: Partial<GrantRequest>): Promise<string> =>
    (await refusalOf(world.entitlements.grant(gift(changes)))).code;

  it('is refused for what is no meter, for nobody, and where it would be over already', async () => {
    expect(await codeOf({ feature: 'offline' })).to.equal('entitlements.not-a-meter');
    expect(await codeOf({ accountId: ids.next() })).to.equal('request.not-found');
    expect(await codeOf({ accountId: 'nonsense' })).to.equal('request.not-found');
    expect(await codeOf({ expiresAt: NOON })).to.equal('entitlements.grant-expired');
  });

  it('has a bound of living ones', async () => {
    await world.entitlements.grant(gift({ expiresAt: after(NOON, DAY) }));
    await world.entitlements.grant(gift());
    expect(await codeOf({})).to.equal('entitlements.too-many-grants');
    world.pass(DAY);
    expect((await world.entitlements.grant(gift())).replayed).to.equal(false);
  });

  it('is done once per key', async () => {
    const idempotency = { key: 'account:operator:one', fingerprint: 'f' };
    const first = await world.entitlements.grant(gift({ idempotency }));
    expect(await world.entitlements.grant(gift({ idempotency }))).to.deep.equal({ ...first, replayed: true });
    expect((await world.entitlements.usage(account))[0]).to.include({ limit: 15 });
  });

  it('waits for somebody who is suspended', async () => {
    world.know(account, { isSuspended: true });
    await world.entitlements.grant(gift());
    world.know(account);
    expect((await world.entitlements.check({ accountId: account, feature: 'api_calls' })).remaining).to.equal(
      15,
    );
  });
});
