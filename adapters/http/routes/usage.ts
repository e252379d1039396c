import { z } from 'zod';
import { entitlementPolicy } from '../../../src/entitlements/index.ts';
import { route } from '../route.ts';
import { AccountId, FeatureName, IdParam } from '../schemas.ts';
import { ReservationView, reservationView, UsageView, usageView } from '../views/entitlements.ts';
import { ownerOnly, whoseMeter } from '../whose-meter.ts';

const { maxAmount, maxReservationSeconds } = entitlementPolicy;

const Feature = FeatureName.min(1).meta({ description: 'Name of a meter.' });
const ActedFor = AccountId.optional().meta({
  description: 'The account acted for: required of service keys and admins, and theirs alone.',
});
const UsageBody = z.object({
  feature: Feature,
  amount: z.number().int().min(1).max(maxAmount).default(1),
  account_id: ActedFor,
});

/** What using a meter up can be refused with. */
const REFUSES = [
  'request.not-found',
  'entitlements.not-a-meter',
  'entitlements.not-in-plan',
  'entitlements.limit-reached',
  'entitlements.rate-exceeded',
  'entitlements.amount-exceeds-rate',
] as const;

export const usageRoutes = [
  route({
    method: 'post',
    path: '/usage',
    tag: 'Entitlements',
    summary: 'Use units of a meter up: all of them or none, exactly, durable before the answer',
    access: 'account-or-service',
    scope: 'usage:write',
    body: UsageBody,
    reply: { status: 201, schema: UsageView },
    refuses: REFUSES,
    idempotent: true,
    handle: async ({ entitlements }, { actor, body: { feature, amount, account_id }, idempotency }) => {
      const whose = whoseMeter(actor, account_id);
      const { result, replayed } = await entitlements.consume({ ...whose, feature, amount, idempotency });
      return { body: usageView(result), replayed };
    },
  }),

  route({
    method: 'get',
    path: '/usage',
    tag: 'Entitlements',
    summary: 'List my meters',
    access: 'account',
    reply: { status: 200, schema: z.object({ items: z.array(UsageView), next_cursor: z.null() }) },
    refuses: [],
    handle: async ({ entitlements }, { actor }) => ({
      body: { items: (await entitlements.usage(actor.accountId)).map(usageView), next_cursor: null },
    }),
  }),

  route({
    method: 'post',
    path: '/usage/reservations',
    tag: 'Entitlements',
    summary: 'Set units of a meter aside for work under way; they count as used until then',
    access: 'account-or-service',
    scope: 'usage:write',
    body: UsageBody.extend({
      expires_in: z
        .number()
        .int()
        .min(1)
        .max(maxReservationSeconds)
        .default(entitlementPolicy.reservationSeconds)
        .meta({ description: 'Seconds, at most a day.' }),
    }),
    reply: { status: 201, schema: ReservationView },
    refuses: REFUSES,
    idempotent: true,
    handle: async ({ entitlements }, { actor, body, idempotency }) => {
      const { feature, amount, account_id, expires_in: seconds } = body;
      const request = { ...whoseMeter(actor, account_id), feature, amount, seconds, idempotency };
      const { result, replayed } = await entitlements.reserve(request);
      return { body: reservationView(result), replayed };
    },
  }),

  route({
    method: 'post',
    path: '/usage/reservations/{id}/commit',
    tag: 'Entitlements',
    summary: 'Turn a reservation, or a part of it, into use; the rest goes back',
    access: 'account-or-service',
    scope: 'usage:write',
    params: IdParam,
    body: z.object({
      amount: z
        .number()
        .int()
        .min(0)
        .max(maxAmount)
        .optional()
        .meta({ description: 'Units that were really used; all by default.' }),
    }),
    reply: { status: 200, schema: ReservationView },
    refuses: [
      'request.not-found',
      'entitlements.commits-too-much',
      'entitlements.reservation-closed',
      'entitlements.reservation-expired',
    ],
    object: 'reservation',
    handle: async ({ entitlements }, { actor, params, body }) => {
      const end = { reservationId: params.id, amount: body.amount ?? null, accountId: ownerOnly(actor) };
      return { body: reservationView(await entitlements.commit(end)) };
    },
  }),

  route({
    method: 'post',
    path: '/usage/reservations/{id}/release',
    tag: 'Entitlements',
    summary: 'Give a reservation back',
    access: 'account-or-service',
    scope: 'usage:write',
    params: IdParam,
    reply: { status: 200, schema: ReservationView },
    refuses: ['request.not-found', 'entitlements.reservation-closed', 'entitlements.reservation-expired'],
    object: 'reservation',
    handle: async ({ entitlements }, { actor, params }) => {
      const end = { reservationId: params.id, accountId: ownerOnly(actor) };
      return { body: reservationView(await entitlements.release(end)) };
    },
  }),
];
