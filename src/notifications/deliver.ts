import type { Ids } from '../kernel/ids.ts';
import type { Clock } from '../kernel/instant.ts';
import type { DomainEvent } from '../kernel/outbox.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import {
  letGo,
  markedSent,
  newNotice,
  reclaimed,
  sendingStateOf,
  type Notice,
  type NotificationPolicy,
} from './notice.ts';
import { occasionOf, type Occasion } from './occasions.ts';
import type { Addresses, Codes, Mail, Mailer, NotificationStores, Plans } from './ports.ts';
import { htmlOf, textOf } from './render.ts';
import { amountIn, instantIn, letterOf, type Facts, type Letter } from './wording.ts';

export interface NotificationDeps {
  readonly unitOfWork: UnitOfWork<NotificationStores>;
  /** The system's: who is sending at the moment is a matter of real seconds. */
  readonly systemClock: Clock;
  readonly ids: Ids;
  readonly mailer: Mailer;
  readonly addresses: Addresses;
  readonly codes: Codes;
  readonly plans: Plans;
  readonly policy: NotificationPolicy;
}

export interface Notifications {
  /**
   * Mails what an event calls for, once however often it is asked. Rejects when it is to be tried again: the
   * mailer failed, or another runner is just sending.
   */
  deliver(event: DomainEvent): Promise<void>;
  /** Forgets where a deleted account was written to; again changes nothing. */
  eraseAccount(accountId: string): Promise<void>;
}

export const createNotifications = (deps: NotificationDeps): Notifications => ({
  deliver: async (event) => {
    const occasion = occasionOf(event);
    if (!occasion || event.accountId === null) return;
    const address = await deps.addresses.of(event.accountId);
    const facts = address && (await factsOf(deps, event, { occasion, name: address.name }));
    if (!address || !facts) return;
    const letter = letterOf(occasion.kind, facts);
    const notice = await claim(deps, occasion, {
      accountId: event.accountId,
      recipient: address.email,
      subject: letter.subject,
    });
    if (!notice) return;
    // The account may have been erased while the notice was made: then it is of an erasure that missed it.
    if (await deps.addresses.of(event.accountId)) await send(deps, notice, mailOf(notice, letter));
    else await eraseAccount(deps, event.accountId);
  },
  eraseAccount: (accountId) => eraseAccount(deps, accountId),
});

const BATCH = 500;
/** A hundred thousand mails to one account: what is left then is erased by the next try. */
const MAX_BATCHES = 200;

async function eraseAccount({ unitOfWork }: NotificationDeps, accountId: string): Promise<void> {
  for (let batch = 0; batch < MAX_BATCHES; batch += 1) {
    const erased = await unitOfWork.run(({ notices }) => notices.eraseRecipients(accountId, BATCH));
    if (erased < BATCH) return;
  }
  throw new Error(`account ${accountId} has more to erase`);
}

/** Undefined when the mail would be pointless: its code is used or replaced. */
async function factsOf(
  { codes, plans }: NotificationDeps,
  { data }: DomainEvent,
  { occasion, name }: { readonly occasion: Occasion; readonly name: string | null },
): Promise<Facts | undefined> {
  const code = occasion.codeId === null ? undefined : await codes.codeOf(occasion.codeId);
  if (occasion.codeId !== null && code === undefined) return undefined;
  return {
    name,
    code,
    planName: await planNameOf(data, plans),
    endsAt: instantIn(data['endsAt'] ?? data['subscriptionEndAt']),
    daysLeft: typeof data['days'] === 'number' ? data['days'] : undefined,
    amount: amountIn(data['amountMinor'], data['currency']),
    retryAt: instantIn(data['retryAt']),
    resumesAt: instantIn(data['resumesAt']),
  };
}

async function planNameOf(
  { planName, planId }: DomainEvent['data'],
  plans: Plans,
): Promise<string | undefined> {
  if (typeof planName === 'string') return planName;
  return typeof planId === 'string' ? plans.nameOf(planId) : undefined;
}

type Addressed = Pick<Notice, 'accountId' | 'recipient' | 'subject'>;

/** The notice, taken for this runner alone; undefined when it was sent before. */
function claim(
  { unitOfWork, systemClock, ids, policy }: NotificationDeps,
  { kind, key }: Occasion,
  addressed: Addressed,
): Promise<Notice | undefined> {
  return unitOfWork.run(async ({ notices }) => {
    const now = systemClock.now();
    const known = await notices.findByKey(key);
    if (!known) {
      const notice = newNotice({ id: ids.next(), key, kind, ...addressed }, { now, policy });
      await notices.add(notice);
      return notice;
    }
    const state = sendingStateOf(known, now);
    if (state === 'sent') return undefined;
    if (state === 'in-hand') throw new Error(`the notice ${key} is being sent by another runner`);
    const again = reclaimed(known, { now, policy });
    await notices.save(again);
    return again;
  });
}

const mailOf = ({ key, recipient }: Notice, letter: Letter): Mail => ({
  key,
  to: recipient,
  subject: letter.subject,
  text: textOf(letter),
  html: htmlOf(letter),
});

/**
 * A runner that is killed between sending and marking sends again: a mail once too often rather than never.
 * The key is in the mail, so that what can tell repeats apart does.
 */
async function send(
  { unitOfWork, systemClock, mailer }: NotificationDeps,
  notice: Notice,
  mail: Mail,
): Promise<void> {
  try {
    await mailer.send(mail);
  } catch (error) {
    await unitOfWork.run(({ notices }) => notices.save(letGo(notice, systemClock.now())));
    throw error;
  }
  await unitOfWork.run(async ({ notices }) => {
    // As it is by now: an erasure in between is not undone.
    const current = await notices.findByKey(notice.key);
    if (current) await notices.save(markedSent(current, systemClock.now()));
  });
}
