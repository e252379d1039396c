import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';
import type {
  Billing,
  InvoicePrinter,
  PaymentGateway,
  SubscriptionCollector,
  WebhookReader,
} from '../../src/billing/index.ts';
import type { Catalog, MediaProvider, MediaStorage, SourceLinks } from '../../src/catalog/index.ts';
import type { Entitlements } from '../../src/entitlements/index.ts';
import type { Identity, Passwords, PictureStore } from '../../src/identity/index.ts';
import type { Ids } from '../../src/kernel/ids.ts';
import type { Clock } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Mailer, Notifications } from '../../src/notifications/index.ts';
import type {
  DeliveryQueue,
  FailureLog,
  Job,
  MovableClock,
  Operations,
  React,
} from '../../src/operations/index.ts';
import type { ArchiveFiles, Playback, ProviderPlayback, Tickets } from '../../src/playback/index.ts';
import type { SubscriptionOperations, Subscriptions } from '../../src/subscriptions/index.ts';
import type { EdgeLog } from '../http/log.ts';
import type { LiveServiceKeys } from '../http/service-keys.ts';
import type { LiveSessions } from '../http/sessions.ts';
import type { Line } from '../jobs/line.ts';
import type { JobRunner } from '../jobs/runner.ts';
import type { FfmpegPackager } from '../media/ffmpeg/packager.ts';
import type { GatewayFaults } from '../payments/gateway-faults.ts';
import type { StripePayments } from '../payments/stripe/stripe.ts';
import type { Simulated } from '../payments/simulated.ts';
import type { WebhookCounts } from '../payments/webhook-counts.ts';
import type { AllStores } from '../persistence/all-stores.ts';
import type { Connections } from '../persistence/knex/connection.ts';
import type { Keys } from './secrets.ts';
import type { Config } from './config.ts';
import { token } from './token.ts';

/** Everything that can be asked of the container, or bound in place of ours. */
export const CONFIG = token<Config>('config');
export const LOGGER = token<Logger>('logger');
export const EDGE_LOG = token<EdgeLog>('edge log');
export const FAILURES = token<FailureLog>('failure log');

/** Null in memory. */
export const CONNECTIONS = token<Connections | null>('connections');
/** Null where jobs run inline. */
export const BOSS = token<PgBoss | null>('pg-boss');
export const KEYS = token<Keys>('keys');

export const UNIT_OF_WORK = token<UnitOfWork<AllStores>>('unit of work');
export const SYSTEM_CLOCK = token<Clock>('system clock');
/** Null with the system's time. */
export const MOVABLE_CLOCK = token<MovableClock | null>('movable clock');
export const CLOCK = token<Clock>('clock');
export const IDS = token<Ids>('ids');

export const PASSWORDS = token<Passwords>('passwords');
export const PICTURES = token<PictureStore>('pictures');
export const MAILER = token<Mailer>('mailer');
/** What billing asks: the chosen gateway, which answers in bounded time and never rejects. */
export const GATEWAY = token<PaymentGateway>('payment gateway');
/** A gateway that is none of ours, before those bounds; null unless an embedder binds one. */
export const OWN_GATEWAY = token<PaymentGateway | null>('own payment gateway');
/** Null where payments are real. */
export const SIMULATED = token<Simulated | null>('simulated payments');
/** Null where Stripe was not chosen. */
export const STRIPE = token<StripePayments | null>('Stripe');
/** Null where nobody collects subscriptions in our place. */
export const COLLECTOR = token<SubscriptionCollector | null>('subscription collector');
/** What goes wrong between the simulated gateway and the product: nothing, unless a test binds it. */
export const GATEWAY_FAULTS = token<GatewayFaults>('gateway faults');
/** Of each provider that was chosen. */
export const WEBHOOK_READERS = token<readonly WebhookReader[]>('webhook readers');
export const WEBHOOK_COUNTS = token<WebhookCounts>('webhook counts');
export const INVOICE_PRINTER = token<InvoicePrinter>('invoice printer');
export const MEDIA_STORAGE = token<MediaStorage>('media storage');
/** Null where media is kept here. */
export const MEDIA_PROVIDER = token<MediaProvider | null>('media provider');
/** Null likewise. */
export const PROVIDER_PLAYBACK = token<ProviderPlayback | null>('provider playback');
/** Null where nobody packages: then media is served as it is. */
export const PACKAGER = token<FfmpegPackager | null>('packager');
/** Null likewise. */
export const PACKAGING_LINE = token<Line | null>('packaging line');
/** Where old months of the watch history lie. */
export const ARCHIVE_FILES = token<ArchiveFiles>('archive files');
export const TICKETS = token<Tickets>('tickets');
export const SOURCE_LINKS = token<SourceLinks>('source links');

export const IDENTITY = token<Identity>('identity');
export const CATALOG = token<Catalog>('catalog');
export const SUBSCRIPTIONS = token<Subscriptions>('subscriptions');
export const SUBSCRIPTION_OPERATIONS = token<SubscriptionOperations>('subscription operations');
export const BILLING = token<Billing>('billing');
export const ENTITLEMENTS = token<Entitlements>('entitlements');
export const PLAYBACK = token<Playback>('playback');
export const NOTIFICATIONS = token<Notifications>('notifications');

export const REACT = token<React>('reactions');
export const QUEUE = token<DeliveryQueue>('delivery queue');
export const JOBS = token<readonly Job[]>('jobs');
export const OPERATIONS = token<Operations>('operations');
export const RUNNER = token<JobRunner>('job runner');

/** Sessions remembered by the edge, which whoever ends a session has forgotten. */
export const LIVE_SESSIONS = token<LiveSessions>('live sessions');
/** The same of service keys. */
export const LIVE_SERVICE_KEYS = token<LiveServiceKeys>('live service keys');
