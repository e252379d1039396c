import { fromRfc3339, instant, toRfc3339, type Instant } from '../kernel/instant.ts';
import { money, toDecimal } from '../kernel/money.ts';
import type { NoticeKind } from './notice.ts';

/** What a mail speaks of. Whatever is absent is not spoken of. */
export interface Facts {
  readonly name: string | null;
  readonly code?: string | undefined;
  readonly planName?: string | undefined;
  readonly endsAt?: Instant | undefined;
  readonly daysLeft?: number | undefined;
  readonly amount?: string | undefined;
  readonly retryAt?: Instant | undefined;
  readonly resumesAt?: Instant | undefined;
}

/** A mail before it becomes text and HTML. */
export interface Letter {
  readonly subject: string;
  readonly greeting: string;
  readonly paragraphs: readonly string[];
  /** Shown large, alone on its line. */
  readonly code?: string | undefined;
}

type Words = (facts: Facts) => { readonly subject: string; readonly paragraphs: readonly string[] };

const planOf = ({ planName }: Facts): string =>
  planName === undefined ? 'Your subscription' : `Your ${planName} subscription`;
const until = ({ endsAt }: Facts): string => (endsAt === undefined ? '' : ` It runs until ${day(endsAt)}.`);
const amountOf = ({ amount }: Facts): string => (amount === undefined ? '' : ` of ${amount}`);
const forPlan = ({ planName }: Facts): string => (planName === undefined ? '' : ` for ${planName}`);
const daysAhead = ({ daysLeft }: Facts): string =>
  daysLeft === undefined ? 'soon' : daysLeft === 1 ? 'in 1 day' : `in ${daysLeft} days`;

const NOT_YOU = 'If this was not you, reset your password now and end the sessions that you do not know.';

const WORDS: Readonly<Record<NoticeKind, Words>> = {
  'verification-code': () => ({
    subject: 'Confirm your e-mail address',
    paragraphs: [
      'Enter this code to confirm your address. It is valid for 10 minutes.',
      'If you did not ask for it, you can ignore this mail.',
    ],
  }),
  'password-reset-code': () => ({
    subject: 'Reset your password',
    paragraphs: [
      'Enter this code to choose a new password. It is valid for 10 minutes.',
      'If you did not ask for it, you can ignore this mail: your password stays as it is.',
    ],
  }),
  'address-taken': () => ({
    subject: 'You already have an account',
    paragraphs: [
      'Somebody, perhaps you, tried to register with this address. You already have an account: log in, or reset your password if you forgot it.',
      'If it was not you, there is nothing to do.',
    ],
  }),
  'password-changed': () => ({
    subject: 'Your password was changed',
    paragraphs: ['The password of your account was changed.', NOT_YOU],
  }),
  'session-reused': () => ({
    subject: 'A session of yours was ended',
    paragraphs: [
      'A sign-in of your account was used in two places at once, which happens when it was copied. We ended it to be safe; log in again.',
      NOT_YOU,
    ],
  }),
  'subscription-started': (facts) => ({
    subject: `${planOf(facts)} has started`,
    paragraphs: [`${planOf(facts)} has started.${until(facts)}`, 'Enjoy the show.'],
  }),
  'trial-started': (facts) => ({
    subject: 'Your trial has started',
    paragraphs: [`Your trial${forPlan(facts)} has started.${until(facts)}`, 'Enjoy the show.'],
  }),
  'subscription-renewed': (facts) => ({
    subject: `${planOf(facts)} was renewed`,
    paragraphs: [`${planOf(facts)} was renewed.${until(facts)}`],
  }),
  'subscription-ending': (facts) => ({
    subject: `${planOf(facts)} ends ${daysAhead(facts)}`,
    paragraphs: [
      `${planOf(facts)} ends ${daysAhead(facts)}${facts.endsAt === undefined ? '' : `, on ${day(facts.endsAt)}`}.`,
      'Renew it to go on watching without a break.',
    ],
  }),
  'subscription-renewing': (facts) => ({
    subject: `${planOf(facts)} renews ${daysAhead(facts)}`,
    paragraphs: [
      `${planOf(facts)} renews by itself ${daysAhead(facts)}${facts.endsAt === undefined ? '' : `, on ${day(facts.endsAt)}`}.`,
      'There is nothing to do. If you want to stop, cancel it or switch automatic renewal off before then.',
    ],
  }),
  'subscription-paused': (facts) => ({
    subject: `${planOf(facts)} is paused`,
    paragraphs: [
      `${planOf(facts)} is paused.${facts.resumesAt === undefined ? '' : ` It goes on by itself on ${day(facts.resumesAt)}.`}`,
      'Resume it whenever you like: the days that are left are kept.',
    ],
  }),
  'subscription-resumed': (facts) => ({
    subject: `${planOf(facts)} goes on`,
    paragraphs: [`${planOf(facts)} goes on.${until(facts)}`],
  }),
  'plan-changed': (facts) => ({
    subject: `Your plan is now ${facts.planName ?? 'another one'}`,
    paragraphs: [`Your plan has changed to ${facts.planName ?? 'another one'}.${until(facts)}`],
  }),
  'subscription-ended': (facts) => ({
    subject: `${planOf(facts)} has ended`,
    paragraphs: [
      `${planOf(facts)} has ended.`,
      'Subscribe again whenever you like: your list and your places are kept.',
    ],
  }),
  'payment-failed': (facts) => ({
    subject: 'Your payment did not go through',
    paragraphs: [
      `Your payment${amountOf(facts)}${forPlan(facts)} did not go through. Nothing was charged.`,
      'Try again, or use another payment method.',
    ],
  }),
  'renewal-failed': (facts) => ({
    subject: `${planOf(facts)} could not be renewed`,
    paragraphs: [
      `We tried to renew your subscription${forPlan(facts)}, but the payment${amountOf(facts)} did not go through.`,
      facts.retryAt === undefined
        ? 'We will not try again. Pay now to go on watching.'
        : `We will try again on ${day(facts.retryAt)}. Pay now, or choose another payment method, to go on without a break.`,
    ],
  }),
  refunded: (facts) => ({
    subject: 'Your refund is on its way',
    paragraphs: [
      `We gave back${facts.amount === undefined ? ' your payment' : ` ${facts.amount}`}. It can take a few days until you see it.`,
    ],
  }),
  receipt: (facts) => ({
    subject: `Receipt${forPlan(facts)}`,
    paragraphs: [`We received your payment${amountOf(facts)}${forPlan(facts)}. Thank you.${until(facts)}`],
  }),
};

/** Puts a notice into words, for text and HTML alike. */
export function letterOf(kind: NoticeKind, facts: Facts): Letter {
  const { subject, paragraphs } = WORDS[kind](facts);
  const greeting = facts.name === null ? 'Hello,' : `Hello ${facts.name},`;
  return { subject: oneLine(subject), greeting: oneLine(greeting), paragraphs, code: facts.code };
}

/** `2026-01-31 12:00 UTC` */
const day = (at: Instant): string => `${toRfc3339(at).slice(0, 16).replace('T', ' ')} UTC`;

/** Names are what people typed: a line break in one must not become a header. */
const oneLine = (text: string): string => text.replace(/\p{Cc}+/gu, ' ').trim();

/** `9.99 USD`, of an event's minor units; undefined when it carries none. */
export const amountIn = (minor: unknown, currency: unknown): string | undefined =>
  typeof minor === 'number' && Number.isSafeInteger(minor) && typeof currency === 'string'
    ? `${toDecimal(money(minor, currency))} ${currency}`
    : undefined;

/** An instant of an event's data, as milliseconds or RFC 3339. */
export const instantIn = (value: unknown): Instant | undefined =>
  typeof value === 'number' && Number.isSafeInteger(value)
    ? instant(value)
    : typeof value === 'string'
      ? fromRfc3339(value)
      : undefined;
