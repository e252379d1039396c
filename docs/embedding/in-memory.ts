import { composeInMemory, seedDemo } from 'usher/memory';

const usher = await composeInMemory();
await seedDemo(usher);
const { identity, subscriptions, billing, entitlements, operations } = usher.faces;
const { items: plans } = await subscriptions.listPlans({ limit: 20 });

const ada = { email: 'ada@example.com', password: 'three blind mice', name: 'Ada', address: '127.0.0.1' };
const accountId = (await identity.register(ada))?.id ?? '';
const actor = { kind: 'account', accountId, sessionId: '', isAdmin: false } as const;
const order = {
  actor,
  intent: 'buy',
  startsAt: null,
  paymentMethod: 'pm_ok',
  idempotency: undefined,
} as const;
await billing.purchase({ ...order, planId: plans.find(({ code }) => code === 'basic')?.id ?? '' });
console.log('today:', (await entitlements.standing(accountId)).level);

const { happened } = await operations.advanceClock('P40D');
console.log('in 40 days:', happened.map(({ type }) => type).join(', '));
console.log('then:', (await entitlements.standing(accountId)).reason);
await usher.close();
