import { expect } from 'chai';
import { composeInMemory } from '../../adapters/composition/in-memory.ts';
import * as keys from '../../adapters/composition/keys.ts';
import type { Token } from '../../adapters/composition/token.ts';
import { STORES } from '../world/stores.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';

const every = Object.entries(keys) as [string, Token<unknown>][];
/** What only some profiles have. */
const MAY_BE_NULL = new Set([
  'CONNECTIONS',
  'BOSS',
  'MOVABLE_CLOCK',
  'STRIPE',
  'COLLECTOR',
  'OWN_GATEWAY',
  'PACKAGER',
  'MEDIA_PROVIDER',
  'PROVIDER_PLAYBACK',
  'PACKAGING_LINE',
]);

for (const store of STORES) {
  describe(`the composition on ${store}`, () => {
    let world: RunningUsher;
    before(async () => {
      world = await startUsher(store);
    });
    after(() => world.stop());

    it('resolves every key', () => {
      expect(every).to.have.length.greaterThan(20);
      for (const [name, key] of every) {
        const value = world.usher.get(key);
        if (!MAY_BE_NULL.has(name)) expect(value, name).to.not.equal(null);
        expect(value, name).to.not.equal(undefined);
      }
    });

    it('makes each thing once', () => {
      for (const [name, key] of every) expect(world.usher.get(key), name).to.equal(world.usher.get(key));
    });
  });
}

describe('the whole product in memory, as the README embeds it', () => {
  it('sells a plan and lets forty days pass', async () => {
    const usher = await composeInMemory();
    const { subscriptions, identity, billing, operations } = usher.faces;
    const plan = await subscriptions.createPlan({
      code: 'month',
      name: 'A month',
      description: '',
      isActive: true,
      terms: {
        price: { minor: 999, currency: 'USD' },
        validity: { days: 30 },
        accessLevel: 'premium',
        maxDevices: 1,
        resolution: '1080p',
        trialDays: 0,
        graceDays: 0,
        features: [],
      },
    });
    const account = await identity.register({
      email: 'ada@example.com',
      password: 'three blind mice',
      name: null,
      address: '127.0.0.1',
    });
    const accountId = account?.id ?? '';
    const actor = { kind: 'account', accountId, sessionId: '', isAdmin: false } as const;
    await billing.purchase({
      actor,
      planId: plan.id,
      intent: 'buy',
      startsAt: null,
      paymentMethod: null,
      idempotency: undefined,
    });
    expect(await usher.faces.entitlements.standing(accountId)).to.include({ level: 'premium' });
    const { happened } = await operations.advanceClock('P40D');
    expect(happened.map(({ type }) => type)).to.include.members([
      'subscriptions.end-neared',
      'subscriptions.expired',
    ]);
    expect(await usher.faces.entitlements.standing(accountId)).to.include({ level: 'free', reason: 'ended' });
    await usher.close();
  });
});
