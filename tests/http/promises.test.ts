import { expect } from 'chai';
import { z } from 'zod';
import type { Access } from '../../adapters/http/route.ts';
import { allRoutes } from '../world/routes.ts';
import { keyOf } from './compositions.ts';

/** What api.md promises of a route of plans, subscriptions, payments and service keys: clients are written against it. */
interface Promised {
  readonly access: Access;
  readonly status: number;
  /** ⓘ */
  readonly idempotent?: true;
  /** Dotted where they lie deeper; `[]` is each item of a list. */
  readonly fields?: readonly string[];
  /** Of the body; `?` marks those that may be left out. */
  readonly body?: readonly string[];
  readonly refuses?: readonly string[];
}

const list = (fields: readonly string[] = []): readonly string[] => [
  ...['items', 'next_cursor'],
  ...fields.map((field) => `items[].${field}`),
];

const PLAN = [
  ...['id', 'code', 'name', 'description', 'price', 'currency', 'access_level', 'max_devices_allowed'],
  ...['resolution', 'trial_days', 'grace_days', 'is_active', 'entitlements[].feature', 'entitlements[].kind'],
];
const SUBSCRIPTION = [
  ...['active', 'plan', 'status', 'started_at', 'ends_at', 'days_left', 'auto_renew', 'cancel_at_period_end'],
  ...['pause_at_period_end', 'scheduled_change'],
];
const MINE = [...SUBSCRIPTION, 'limits', 'usage'];
const PAYMENT = ['id', 'status', 'amount', 'currency', 'plan_id', 'created_at', 'subscription_end_at'];
const PAID = [...PAYMENT, 'checkout_url'];

const SERVICE_KEY = ['id', 'name', 'scopes', 'created_at', 'expires_at'];

const open = { access: 'public', status: 200 } as const;
const mine = { access: 'account', status: 200 } as const;
const made = { access: 'account', status: 201 } as const;
const admin = { access: 'admin', status: 200 } as const;

const PROMISES: Readonly<Record<string, Promised>> = {
  'get /subscriptions/plans': { ...open, fields: list(PLAN) },
  'get /subscriptions/plans/{id}': { ...open, fields: PLAN },
  'post /subscriptions/plans': { access: 'admin', status: 201, fields: PLAN },
  'patch /subscriptions/plans/{id}': { ...admin, fields: PLAN },
  'delete /subscriptions/plans/{id}': { access: 'admin', status: 204 },
  'get /subscriptions/my': { ...mine, fields: MINE },
  'get /subscriptions/me': { ...mine, fields: MINE },
  'patch /subscriptions/my': { ...mine, body: ['auto_renew?', 'payment_method?'] },
  'get /subscriptions/history': { ...mine, fields: list() },
  'post /subscriptions': {
    ...made,
    idempotent: true,
    fields: SUBSCRIPTION,
    body: ['plan_id', 'payment_method?', 'coupon?', 'auto_renew?', 'starts_at?'],
    refuses: ['subscriptions.already-active', 'subscriptions.plan-unavailable'],
  },
  'post /subscriptions/renew': {
    ...mine,
    idempotent: true,
    fields: SUBSCRIPTION,
    body: ['payment_method?', 'coupon?'],
    refuses: ['subscriptions.renewal-too-early'],
  },
  'post /subscriptions/cancel': {
    ...mine,
    fields: SUBSCRIPTION,
    body: ['at?'],
    refuses: ['subscriptions.no-current'],
  },
  'post /subscriptions/resume': { ...mine, fields: SUBSCRIPTION },
  'post /subscriptions/pause': { ...mine, fields: SUBSCRIPTION, body: ['at?', 'resumes_at?'] },
  'post /subscriptions/change': {
    ...mine,
    idempotent: true,
    fields: ['subscription', 'invoice.lines', 'invoice.total', 'invoice.credit', 'invoice.due_now'],
    body: ['plan_id', 'when', 'proration?', 'preview?'],
  },
  'post /payments': {
    ...made,
    idempotent: true,
    fields: PAID,
    body: ['plan_id', 'payment_method?', 'coupon?', 'return_url?'],
    refuses: [
      ...['billing.payment-declined', 'subscriptions.already-active', 'subscriptions.renewal-too-early'],
      'billing.purchase-in-progress',
    ],
  },
  'get /payments/my': { ...mine, fields: list(PAYMENT) },
  'get /payments/my/{id}': { ...mine, fields: PAYMENT },
  'post /payments/{id}/refunds': {
    ...{ access: 'admin', status: 201, idempotent: true },
    body: ['amount?', 'end_access?'],
  },
  'get /invoices': { ...mine, fields: list() },
  'get /invoices/{id}': mine,
  'get /invoices/{id}.pdf': mine,
  'get /coupons': { ...admin, fields: list() },
  'get /coupons/{id}': admin,
  'post /coupons': { access: 'admin', status: 201 },
  'patch /coupons/{id}': admin,
  'post /entitlements/check': {
    ...{ access: 'service', status: 200 },
    fields: ['feature', 'kind', 'allowed', 'reason', 'limit', 'used', 'remaining', 'resets_at'],
    body: ['account_id', 'feature', 'amount?'],
  },
  'get /service-keys': { ...admin, fields: list(SERVICE_KEY) },
  'get /service-keys/{id}': { ...admin, fields: SERVICE_KEY },
  'post /service-keys': {
    ...{ access: 'admin', status: 201, fields: [...SERVICE_KEY, 'key'] },
    body: ['name', 'scopes', 'expires_at?'],
  },
  'delete /service-keys/{id}': { access: 'admin', status: 204 },
  'post /payments/checkout': { ...made, idempotent: true, fields: ['checkout_url'], body: ['plan_id'] },
  'post /payments/reconcile': { ...admin, body: ['account_id'] },
  'post /webhooks/stripe': open,
  'post /webhooks/simulated': open,
  'post /webhooks/mux': open,
  'post /webhooks/cloudflare': open,
};

interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
}

const schemaOf = (schema: z.ZodType | undefined, io: 'input' | 'output'): Schema =>
  schema ? (z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as unknown as Schema) : {};

/** Whether the schema has a field at that path. */
function has(root: Schema, path: string): boolean {
  const within = (schema: Schema | undefined, rest: string): boolean => {
    if (schema?.$ref !== undefined) return within(root.$defs?.[schema.$ref.split('/').at(-1) ?? ''], rest);
    if (!schema || rest === '') return schema !== undefined;
    if (schema.anyOf) return schema.anyOf.some((each) => within(each, rest));
    const [, name = '', items, deeper = ''] = /^(\w+)(\[\])?\.?(.*)$/.exec(rest) ?? [];
    const field = schema.properties?.[name];
    return within(items ? field?.items : field, deeper);
  };
  return within(root, path);
}

describe('the promises of api.md about plans, subscriptions, payments and service keys', () => {
  for (const [key, { access, status, idempotent, fields = [], body = [], refuses = [] }] of Object.entries(
    PROMISES,
  ))
    it(`${key} is as it was promised`, () => {
      const route = allRoutes.find((each) => keyOf(each) === key);
      if (!route) throw new Error('there is no such route');
      expect([route.access, route.reply.status]).to.deep.equal([access, status]);
      if (idempotent) expect(route.idempotent).to.equal(true);
      const reply = schemaOf(route.reply.schema, 'output');
      expect(fields.filter((field) => !has(reply, field))).to.deep.equal([]);
      const asked = schemaOf(route.body, 'input');
      const names = body.map((field) => field.replace('?', ''));
      expect(names.filter((name) => !has(asked, name))).to.deep.equal([]);
      // What was not promised to be needed may not be.
      const needed = body.filter((field) => !field.endsWith('?'));
      if (body.length > 0) expect([...(asked.required ?? [])].sort()).to.deep.equal([...needed].sort());
      expect(refuses.filter((code) => !route.refuses.includes(code))).to.deep.equal([]);
    });
});
