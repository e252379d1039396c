import type { RawRoute, Route } from '../route.ts';
import { adminRoutes } from './admin.ts';
import { billingRoutes } from './billing.ts';
import { changePlanRoutes } from './change-plan.ts';
import { couponRoutes } from './coupons.ts';
import { refundRoutes } from './refunds.ts';
import { entitlementRoutes } from './entitlements.ts';
import { grantRoutes } from './grants.ts';
import { entitlementCheckRoutes } from './entitlement-check.ts';
import { invoiceRoutes } from './invoices.ts';
import { genreRoutes } from './genres.ts';
import { directUploadRoutes } from './direct-upload.ts';
import { publicMediaRoutes, titleMediaRoutes } from './title-media.ts';
import { uploadRoutes } from './uploads.ts';
import { titleRoutes } from './titles.ts';
import { operationsRoutes } from './operations.ts';
import { identityRoutes } from './identity.ts';
import { meRoutes, pictureRoutes } from './me.ts';
import { activityRoutes } from './activities.ts';
import { hlsRoutes } from './hls.ts';
import { ticketedMediaRoutes } from './media.ts';
import { playbackRoutes } from './playback.ts';
import { planRoutes } from './plans.ts';
import { serviceKeyRoutes } from './service-keys.ts';
import { sourceRoutes } from './source.ts';
import { subscriptionRoutes } from './subscriptions.ts';
import { checkoutRoutes } from './checkout.ts';
import { reconcileRoutes } from './reconcile.ts';
import { usageRoutes } from './usage.ts';
import { webhookRoutes } from './webhooks.ts';

/** Every route of the API. There is no second list anywhere. */
export const routes: readonly Route[] = [
  ...identityRoutes,
  ...meRoutes,
  ...billingRoutes,
  ...changePlanRoutes,
  ...invoiceRoutes,
  ...refundRoutes,
  ...couponRoutes,
  ...entitlementRoutes,
  ...usageRoutes,
  ...grantRoutes,
  ...entitlementCheckRoutes,
  ...titleRoutes,
  ...titleMediaRoutes,
  ...uploadRoutes,
  ...directUploadRoutes,
  ...genreRoutes,
  ...adminRoutes,
  ...serviceKeyRoutes,
  ...operationsRoutes,
  ...playbackRoutes,
  ...activityRoutes,
  ...planRoutes,
  ...subscriptionRoutes,
  ...checkoutRoutes,
  ...reconcileRoutes,
  ...webhookRoutes,
];

/** Those that exist where these providers were chosen. */
export const routesOf = (providers: readonly string[]): readonly Route[] =>
  routes.filter(
    ({ provider }) => provider === undefined || [provider].flat().some((it) => providers.includes(it)),
  );

/** Routes outside the API that answer by themselves. */
export const rawRoutes: readonly RawRoute[] = [
  ...pictureRoutes,
  ...ticketedMediaRoutes,
  ...hlsRoutes,
  ...sourceRoutes,
  ...publicMediaRoutes,
];
