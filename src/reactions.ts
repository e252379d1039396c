import type { DomainEvent } from './kernel/outbox.ts';

/** What reactions ask of the contexts, in the words of this table. The composition answers with their faces. */
export interface ReactionDeps {
  readonly notifications: {
    /** Mails what the event calls for. Once: the notice has a unique key. */
    deliver(event: DomainEvent): Promise<void>;
    /** Forgets where an erased account was written to. Once: there is no address the second time. */
    eraseAccount(accountId: string): Promise<void>;
  };
  readonly subscriptions: {
    /** Ends an erased account's subscription now. Once: there is nothing live to end the second time. */
    cancelForDeletedAccount(accountId: string): Promise<void>;
  };
  readonly playback: {
    /** Ends all of an account's streams. Once: there is none the second time. */
    endStreamsOf(accountId: string): Promise<void>;
    /** Ends the streams of an erased account and forgets what it watched. Once: nothing is left the second time. */
    eraseAccount(accountId: string): Promise<void>;
  };
  readonly entitlements: {
    /** Has meters begin with their plan. Once: a meter that stands as its plan says is noted again. */
    followPlan(accountId: string): Promise<void>;
    /** Forgets what an erased account used and was given. Once: nothing is left the second time. */
    eraseAccount(accountId: string): Promise<void>;
  };
  readonly billing: {
    /** Ends all buying for an erased account. Once: it is marked, and again changes nothing. */
    closeAccount(accountId: string): Promise<void>;
    /** Takes the person out of the books. Once: no name is left the second time. */
    eraseAccount(accountId: string): Promise<void>;
    /** Owes back what was paid for a subscription that never started. Once: the refund has a unique key. */
    refundCanceledStart(canceled: {
      readonly accountId: string;
      readonly subscriptionId: string;
    }): Promise<void>;
    /** Gives up the payment that a subscription waited for. Once: there is none open the second time. */
    expireAwaited(over: { readonly accountId: string; readonly subscriptionId: string }): Promise<void>;
    /** Tells the provider what became of a subscription that it collects. Once: telling twice changes nothing there. */
    followSubscription(of: { readonly accountId: string; readonly subscriptionId: string }): Promise<void>;
    /** Acts on what a provider told. Once: it sets what all that was told of the life comes to. */
    processProviderEvent(name: { readonly provider: string; readonly id: string }): Promise<void>;
    /** Takes due refunds to the gateway. Once: each is taken by one, and the gateway knows its key. */
    sendRefunds(): Promise<void>;
  };
  readonly catalog: {
    /** Adds a view to the figures of a title. Once: counted by `key`. */
    countView(view: { readonly key: string; readonly titleId: string }): Promise<void>;
    /** Has somebody look for media that waits to be packaged. Often is once: whoever looks takes what is there. */
    packageSoon(): Promise<void>;
  };
}

type Reaction = (deps: ReactionDeps, event: DomainEvent) => Promise<void>;

/** Every reaction by name. Names are kept in the database with what is owed: a renamed one orphans that. */
const REACTIONS = {
  'notifications.deliver': ({ notifications }, event) => notifications.deliver(event),
  'billing.end-with-account': async ({ billing, subscriptions }, event) => {
    // In this order: what settles before the closing is there to be cancelled, what settles after goes back.
    await billing.closeAccount(accountOf(event));
    await subscriptions.cancelForDeletedAccount(accountOf(event));
  },
  'billing.erase-account': ({ billing }, event) => billing.eraseAccount(accountOf(event)),
  'playback.end-streams': ({ playback }, event) => playback.endStreamsOf(accountOf(event)),
  'playback.erase-account': ({ playback }, event) => playback.eraseAccount(accountOf(event)),
  'entitlements.follow-plan': ({ entitlements }, event) => entitlements.followPlan(accountOf(event)),
  'entitlements.erase-account': ({ entitlements }, event) => entitlements.eraseAccount(accountOf(event)),
  'notifications.erase-account': ({ notifications }, event) => notifications.eraseAccount(accountOf(event)),
  'billing.refund-canceled-start': async ({ billing }, event) => {
    // Whatever had started ran as paid for; only what never did goes back by itself.
    if (event.data['was'] !== 'scheduled') return;
    await billing.refundCanceledStart({ accountId: accountOf(event), subscriptionId: event.subjectId });
  },
  'billing.expire-awaited': async ({ billing }, event) => {
    if (event.data['was'] !== 'incomplete') return;
    await billing.expireAwaited({ accountId: accountOf(event), subscriptionId: event.subjectId });
  },
  'billing.send-refunds': ({ billing }) => billing.sendRefunds(),
  'billing.tell-provider': ({ billing }, event) =>
    billing.followSubscription({ accountId: accountOf(event), subscriptionId: event.subjectId }),
  'billing.process-provider-event': ({ billing }, event) =>
    billing.processProviderEvent({ provider: textOf(event, 'provider'), id: textOf(event, 'eventId') }),
  'catalog.count-view': ({ catalog }, event) =>
    catalog.countView({ key: event.id, titleId: textOf(event, 'titleId') }),
  'catalog.package-soon': ({ catalog }) => catalog.packageSoon(),
} as const satisfies Record<string, Reaction>;

export type ReactionName = keyof typeof REACTIONS;

/** Which event calls for which reactions. An event that is not listed is only journalled. */
const TABLE: Readonly<Record<string, readonly ReactionName[]>> = {
  'identity.verification-requested': ['notifications.deliver'],
  'identity.password-reset-requested': ['notifications.deliver'],
  'identity.email-taken-attempt': ['notifications.deliver'],
  'identity.password-changed': ['notifications.deliver'],
  'identity.password-reset': ['notifications.deliver'],
  'identity.session-reuse-detected': ['notifications.deliver'],
  'identity.account-suspended': ['playback.end-streams'],
  'identity.account-deleted': [
    'billing.end-with-account',
    'billing.erase-account',
    'playback.erase-account',
    'entitlements.erase-account',
    'notifications.erase-account',
  ],
  'subscriptions.trial-started': ['notifications.deliver', 'entitlements.follow-plan'],
  'subscriptions.started': ['notifications.deliver', 'entitlements.follow-plan'],
  'subscriptions.start-reached': ['notifications.deliver', 'entitlements.follow-plan'],
  'subscriptions.paid': ['notifications.deliver', 'entitlements.follow-plan'],
  'subscriptions.renewed': ['notifications.deliver'],
  'subscriptions.end-neared': ['notifications.deliver'],
  'subscriptions.paused': ['notifications.deliver'],
  'subscriptions.resumed': ['notifications.deliver'],
  'subscriptions.changed': ['notifications.deliver', 'entitlements.follow-plan'],
  'subscriptions.mirroring-begun': ['notifications.deliver'],
  'subscriptions.mirrored': ['notifications.deliver'],
  'subscriptions.cancellation-requested': ['billing.tell-provider'],
  'subscriptions.cancellation-withdrawn': ['billing.tell-provider'],
  'subscriptions.canceled': [
    'notifications.deliver',
    'billing.tell-provider',
    'billing.refund-canceled-start',
  ],
  'subscriptions.expired': ['notifications.deliver', 'billing.expire-awaited'],
  'billing.payment-succeeded': ['notifications.deliver'],
  'billing.payment-failed': ['notifications.deliver'],
  'billing.refund-requested': ['billing.send-refunds'],
  'billing.provider-event-received': ['billing.process-provider-event'],
  'billing.refunded': ['notifications.deliver'],
  'playback.viewed': ['catalog.count-view'],
  'catalog.asset-received': ['catalog.package-soon'],
};

/** The reactions that an event of a type calls for. */
export const reactionsTo = (type: string): readonly ReactionName[] => TABLE[type] ?? [];

const isReaction = (name: string): name is ReactionName => Object.hasOwn(REACTIONS, name);

/** Runs a reaction by its name; rejects when it fails, or when this version of the product has none so called. */
export const createReactor =
  (deps: ReactionDeps) =>
  async (name: string, event: DomainEvent): Promise<void> => {
    if (!isReaction(name)) throw new Error(`no reaction is called ${name}`);
    await REACTIONS[name](deps, event);
  };

function accountOf({ type, accountId }: DomainEvent): string {
  if (accountId === null) throw new Error(`${type} names no account`);
  return accountId;
}

function textOf({ type, data }: DomainEvent, field: string): string {
  const value = data[field];
  if (typeof value !== 'string') throw new Error(`${type} has no ${field}`);
  return value;
}
