import { expect } from 'chai';
import { instant } from '../../../src/kernel/instant.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import { occasionOf } from '../../../src/notifications/occasions.ts';
import { letterOf } from '../../../src/notifications/wording.ts';

const NOON = instant(Date.UTC(2026, 0, 31, 12));

const event = (type: string, data: DomainEvent['data'] = {}): DomainEvent => ({
  id: 'event',
  type,
  at: NOON,
  accountId: 'account',
  subjectId: 'subject',
  data,
});

const kindOf = (type: string, data: DomainEvent['data'] = {}): string | undefined =>
  occasionOf(event(type, data))?.kind;

describe('the mail that an event calls for', () => {
  const cases: readonly [string, DomainEvent['data'], string | undefined][] = [
    ['subscriptions.end-neared', { continues: false }, 'subscription-ending'],
    ['subscriptions.end-neared', { continues: true }, 'subscription-renewing'],
    ['subscriptions.expired', { was: 'incomplete' }, undefined],
    ['subscriptions.expired', { was: 'past_due' }, 'subscription-ended'],
    ['subscriptions.paused', {}, 'subscription-paused'],
    ['subscriptions.resumed', {}, 'subscription-resumed'],
    ['subscriptions.changed', {}, 'plan-changed'],
    ['subscriptions.renewal-failed', {}, undefined],
    ['subscriptions.mirrored', { was: null, status: 'incomplete' }, undefined],
    ['subscriptions.mirrored', { was: 'incomplete', status: 'active' }, 'subscription-started'],
    ['subscriptions.mirrored', { was: 'active', status: 'past_due' }, undefined],
    ['subscriptions.mirrored', { was: 'past_due', status: 'canceled' }, 'subscription-ended'],
    ['billing.payment-failed', { kind: 'start' }, 'payment-failed'],
    ['billing.payment-failed', { kind: 'collection' }, 'renewal-failed'],
    ['billing.refunded', {}, 'refunded'],
  ];
  for (const [type, data, kind] of cases)
    it(`${kind ?? 'none'} for ${type} ${JSON.stringify(data)}`, () => {
      expect(kindOf(type, data)).to.equal(kind);
    });

  it('is one mail per subscription, end and number of days', () => {
    const reminder = (days: number, endsAt: number): string | undefined =>
      occasionOf(event('subscriptions.end-neared', { days, endsAt }))?.key;
    expect(reminder(7, NOON)).to.equal(reminder(7, NOON));
    expect(reminder(7, NOON)).not.to.equal(reminder(1, NOON));
    expect(reminder(7, NOON)).not.to.equal(reminder(7, NOON + 1));
  });
});

describe('the words of a mail', () => {
  const bodyOf = (...[kind, facts]: Parameters<typeof letterOf>): string =>
    letterOf(kind, facts).paragraphs.join('\n');

  it('say when a failed renewal is tried again', () => {
    const facts = { name: null, planName: 'Premium', amount: '9.99 USD', retryAt: NOON };
    expect(bodyOf('renewal-failed', facts)).to.include('9.99 USD').and.include('2026-01-31 12:00 UTC');
  });

  it('say when it is not', () => {
    expect(bodyOf('renewal-failed', { name: null })).to.include('We will not try again');
  });

  it('say when a pause ends by itself', () => {
    expect(bodyOf('subscription-paused', { name: null, resumesAt: NOON })).to.include('2026-01-31 12:00 UTC');
    expect(bodyOf('subscription-paused', { name: null })).not.to.include('by itself');
  });

  it('name the new plan', () => {
    expect(letterOf('plan-changed', { name: null, planName: 'Basic' }).subject).to.equal(
      'Your plan is now Basic',
    );
  });
});
