import { z } from 'zod';
import type { ChangePreview, Payment } from '../../../src/billing/index.ts';
import type { SubscriptionDetails } from '../../../src/subscriptions/index.ts';
import { PAID_REFUSALS, PaymentMethod, PlanId, ReturnUrl } from '../purchase-input.ts';
import { route } from '../route.ts';
import { InstantText } from '../schemas.ts';
import { PaymentView, paymentView } from '../views/billing.ts';
import { ChargesView, chargesView, nothingDue } from '../views/invoices.ts';
import { SubscriptionView, subscriptionView } from '../views/subscriptions.ts';

const ChangedView = z
  .object({
    subscription: SubscriptionView,
    payment: PaymentView.nullable().meta({ description: 'Null for a preview, and for a change at the end.' }),
    invoice: ChargesView,
  })
  .meta({ id: 'ChangedPlan' });

const changedNow = (
  { subscription, pricing, ...priced }: ChangePreview,
  payment: Payment | null,
): z.input<typeof ChangedView> => ({
  subscription: subscriptionView(subscription ?? undefined),
  payment: payment && paymentView(payment),
  invoice: chargesView(pricing, priced),
});

/** Nothing is due before the period ends: its renewal then pays for the new plan. */
const changedAtEnd = (subscription: SubscriptionDetails): z.input<typeof ChangedView> => ({
  subscription: subscriptionView(subscription),
  payment: null,
  invoice: nothingDue(subscription.terms.price.currency),
});

/** What a change of plan may be refused with beside that. */
const CHANGE_REFUSALS = [
  'subscriptions.no-current',
  'subscriptions.plan-unavailable',
  'subscriptions.not-changeable',
  'subscriptions.same-plan',
  'subscriptions.currency-differs',
  'subscriptions.needs-auto-renew',
  'subscriptions.proration-date',
  'subscriptions.changed-meanwhile',
  'subscriptions.collected-elsewhere',
] as const;

export const changePlanRoutes = [
  route({
    method: 'post',
    path: '/subscriptions/change',
    tag: 'Subscriptions',
    summary: 'Change my plan, now or at the end of the period, or see what it would cost',
    access: 'account',
    body: z.object({
      plan_id: PlanId,
      when: z.enum(['now', 'period_end']),
      proration: z.enum(['prorate', 'none', 'full']).optional(),
      preview: z.boolean().default(false).meta({ description: 'Tells the cost, and changes nothing.' }),
      proration_date: InstantText.optional().meta({
        description:
          'The one of a preview, at most an hour ago: the change then costs what the preview said. It does not freeze usage: a change that begins a whole new term also bills what was used over the limits of meters since the preview.',
      }),
      payment_method: PaymentMethod,
      return_url: ReturnUrl,
    }),
    reply: { status: 200, schema: ChangedView },
    refuses: ['request.not-found', ...PAID_REFUSALS, ...CHANGE_REFUSALS],
    idempotent: true,
    handle: async ({ billing, subscriptions }, { actor, body, idempotency }) => {
      const planId = body.plan_id;
      if (body.when === 'period_end') {
        if (body.preview)
          return { body: changedAtEnd(await subscriptions.previewScheduledChange({ actor, planId })) };
        const planned = await subscriptions.scheduleChange({ actor, planId, idempotency });
        return { body: changedAtEnd(planned.result), replayed: planned.replayed };
      }
      const change = {
        actor,
        planId,
        proration: body.proration ?? 'prorate',
        prorationDate: body.proration_date,
      } as const;
      if (body.preview) return { body: changedNow(await billing.previewChange(change), null) };
      const { result, replayed } = await billing.changePlan({
        ...change,
        paymentMethod: body.payment_method ?? null,
        returnUrl: body.return_url,
        idempotency,
      });
      return { body: changedNow(result, result.payment), replayed };
    },
  }),
];
