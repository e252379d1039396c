import type { Charged, PaymentGateway } from 'usher/billing';
import { composeUsher, instead, keys, parseConfig } from 'usher/http';
import { composeInMemory, seedDemo } from 'usher/memory';
import type { Mailer } from 'usher/notifications';

const mailer: Mailer = { send: async ({ subject }) => console.log('mailed:', subject) };

const book = new Map<string, Charged>();
const found: PaymentGateway['find'] = async ({ key }) => book.get(key) ?? { outcome: 'absent' };
const gateway: PaymentGateway = {
  ...{ name: 'till', defaultMethod: 'cash', defaultOffSession: false },
  knows: (method) => method === 'cash',
  charge: async ({ key }) => {
    const rest = { reason: null, checkoutUrl: null, method: null, customer: null };
    book.set(key, { outcome: 'captured', reference: key, ...rest });
    return { outcome: 'captured', reference: key, ...rest };
  },
  ...{ find: found, abandon: found },
  review: async (question) => ({ found: await found(question), refundedMinor: 0, disputes: [] }),
  refund: async () => ({ outcome: 'refunded', reason: null }),
};

const yours = [instead(keys.MAILER, mailer), instead(keys.OWN_GATEWAY, gateway)];
const variables = { PAYMENTS: 'own', LOG_LEVEL: 'error' };
const inMemory = await composeInMemory(variables, ...yours);
const onSqlite = await composeUsher(
  parseConfig({ ...process.env, ...variables, PROFILE: 'sqlite' }),
  ...yours,
);

for (const usher of [inMemory, onSqlite]) {
  await seedDemo(usher);
  const { identity, subscriptions, billing, operations } = usher.faces;
  const [plan] = (await subscriptions.listPlans({ limit: 1 })).items;
  const ada = { email: 'ada@example.com', password: 'three blind mice', name: null, address: '127.0.0.1' };
  const accountId = (await identity.register(ada))?.id ?? '';
  const actor = { kind: 'account', accountId, sessionId: '', isAdmin: false } as const;
  const order = {
    actor,
    intent: 'buy',
    startsAt: null,
    paymentMethod: 'cash',
    idempotency: undefined,
  } as const;
  const { payment } = (await billing.purchase({ ...order, planId: plan?.id ?? '' })).result;
  console.log(`${payment?.status} at the ${payment?.gateway}`);
  await operations.settle();
  await usher.close();
}
