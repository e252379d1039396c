import {
  chargeObject,
  customerObject,
  intentObject,
  invoiceObject,
  invoicePaymentObject,
  sessionObject,
  subscriptionObject,
  type Placement,
} from './objects.ts';
import type {
  Behaviour,
  Customer,
  Dispute,
  FakeEvent,
  Intent,
  Invoice,
  Method,
  Refund,
  Session,
  Subscription,
} from './records.ts';

/** What Stripe knows, and every event that it would tell. Plain maps: one process, one test. */
export class FakeBook {
  readonly customers = new Map<string, Customer>();
  readonly methods = new Map<string, Method>();
  readonly sessions = new Map<string, Session>();
  readonly intents = new Map<string, Intent>();
  readonly refunds = new Map<string, Refund>();
  readonly disputes = new Map<string, Dispute>();
  readonly subscriptions = new Map<string, Subscription>();
  readonly invoices = new Map<string, Invoice>();
  readonly events: FakeEvent[] = [];
  /** Where events and answers put what Stripe moved. */
  placement: Placement = 'present';
  /** Where the pages for payers would be. */
  base = '';
  /** The Idempotency-Key of the request being answered, which its events name. */
  requestKey: string | null = null;
  readonly #now: () => number;
  #count = 0;

  /** `now` in milliseconds: the tests' clock, so that a year of renewals passes in no time. */
  constructor(now: () => number) {
    this.#now = now;
    for (const [id, behaviour] of Object.entries(CARDS))
      this.methods.set(id, { id, customer: null, behaviour });
  }

  get seconds(): number {
    return Math.floor(this.#now() / 1000);
  }

  id(prefix: string): string {
    this.#count += 1;
    return `${prefix}_fake${this.#count.toString().padStart(6, '0')}`;
  }

  method(behaviour: Behaviour, customer: string | null): Method {
    const method = { id: this.id('pm'), customer, behaviour };
    this.methods.set(method.id, method);
    return method;
  }

  refundedOf(intent: string): number {
    return [...this.refunds.values()]
      .filter((refund) => refund.intent === intent && refund.status !== 'failed')
      .reduce((sum, { amount }) => sum + amount, 0);
  }

  customerObject = (customer: Customer) => customerObject(customer);
  sessionObject = (session: Session) => sessionObject(session, this.base);
  intentObject = (intent: Intent) => intentObject(intent, this.base);
  chargeObject = (intent: Intent) => chargeObject(intent, this.refundedOf(intent.id), this.placement);
  subscriptionObject = (subscription: Subscription) => subscriptionObject(subscription, this.placement);
  invoiceObject = (invoice: Invoice, withPayments = false) =>
    invoiceObject(invoice, { placement: this.placement, withPayments });
  invoicePaymentObject = (invoice: Invoice) => invoicePaymentObject(invoice);

  /** Tells what happened: it waits in `events` until a test delivers it. */
  tell(type: string, object: Record<string, unknown>, previous?: Record<string, unknown>): FakeEvent {
    const event: FakeEvent = {
      id: this.id('evt'),
      object: 'event',
      api_version: this.placement === 'present' ? '2026-10-28.endive' : '2024-06-20',
      created: this.seconds,
      livemode: false,
      pending_webhooks: 1,
      request: { id: null, idempotency_key: this.requestKey },
      type,
      data: { object: structuredClone(object), ...(previous ? { previous_attributes: previous } : {}) },
    };
    this.events.push(event);
    return event;
  }
}

/** Stripe's own test methods that the tests use. */
const CARDS: Readonly<Record<string, Behaviour>> = {
  pm_card_visa: { onSession: 'ok', offSession: 'ok' },
  pm_card_chargeDeclined: { onSession: 'declined', offSession: 'declined' },
  pm_card_authenticationRequired: { onSession: 'action', offSession: 'authentication_required' },
};
