import { CouponBody, couponChanges, CouponChangesBody, couponDraft } from '../coupon-input.ts';
import type { Faces } from '../faces.ts';
import { route, type RouteRequest } from '../route.ts';
import { IdParam, ListOf, listOf, PageQuery, pageRequest } from '../schemas.ts';
import { CouponView, couponView } from '../views/coupons.ts';

type Asked = Pick<RouteRequest<'admin', unknown, unknown, unknown>, 'actor' | 'address'>;

/** Written down before it is done, like everything that an operator does: a line too many rather than one too few. */
const noted = ({ identity }: Faces, { actor, address }: Asked, what: { action: string; object: string }) =>
  identity.recordAudit({ actor, accountId: null, address, ...what });

export const couponRoutes = [
  route({
    method: 'get',
    path: '/coupons',
    tag: 'Coupons',
    summary: 'List the coupons, newest first',
    access: 'admin',
    query: PageQuery,
    reply: { status: 200, schema: ListOf(CouponView) },
    refuses: [],
    handle: async ({ billing }, { query }) => ({
      body: listOf(await billing.listCoupons(pageRequest(query)), couponView),
    }),
  }),

  route({
    method: 'get',
    path: '/coupons/{id}',
    tag: 'Coupons',
    summary: 'Show one coupon',
    access: 'admin',
    params: IdParam,
    reply: { status: 200, schema: CouponView },
    refuses: ['request.not-found'],
    handle: async ({ billing }, { params }) => ({ body: couponView(await billing.findCoupon(params.id)) }),
  }),

  route({
    method: 'post',
    path: '/coupons',
    tag: 'Coupons',
    summary: 'Make a coupon: a share or an amount off, for one term, several, or all',
    access: 'admin',
    body: CouponBody,
    reply: { status: 201, schema: CouponView },
    refuses: ['billing.coupon-code-taken'],
    handle: async (usher, { body, ...asked }) => {
      const draft = couponDraft(body);
      await noted(usher, asked, { action: 'coupon.create', object: `coupon:${draft.code}` });
      return { body: couponView(await usher.billing.createCoupon(draft)) };
    },
  }),

  route({
    method: 'patch',
    path: '/coupons/{id}',
    tag: 'Coupons',
    summary: 'Change who may still use a coupon; what was redeemed goes on',
    access: 'admin',
    params: IdParam,
    body: CouponChangesBody,
    reply: { status: 200, schema: CouponView },
    refuses: ['request.not-found', 'billing.coupon-below-redeemed'],
    handle: async (usher, { params, body, ...asked }) => {
      const { id } = await usher.billing.findCoupon(params.id);
      await noted(usher, asked, { action: 'coupon.change', object: `coupon:${id}` });
      return { body: couponView(await usher.billing.reviseCoupon(id, couponChanges(body))) };
    },
  }),
];
