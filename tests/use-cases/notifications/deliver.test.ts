import { expect } from 'chai';
import { createRecordedMailer } from '../../../adapters/email/recorded.ts';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { after, DAY, instant, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import {
  createNotifications,
  notificationPolicy,
  type Mail,
  type NotificationDeps,
} from '../../../src/notifications/index.ts';
import { OCCASIONS } from '../../../src/notifications/occasions.ts';
import { reactionsTo } from '../../../src/reactions.ts';
import { onEveryStore } from '../../world/stores.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const ENDS = after(NOW, 7 * DAY);

let counter = 0;
const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
};

const event = (type: string, data: DomainEvent['data'] = {}): DomainEvent => ({
  id: nextId(),
  type,
  at: NOW,
  accountId: 'account',
  subjectId: 'subject',
  data,
});

class Clock {
  at: Instant = NOW;
  now = (): Instant => this.at;
}

onEveryStore('mailing a notice', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let clock: Clock;
  beforeEach(async () => {
    unitOfWork = await open();
    clock = new Clock();
  });
  const notificationsWith = (changes: Partial<NotificationDeps> = {}) =>
    createNotifications({
      unitOfWork,
      systemClock: clock,
      ids: { next: nextId },
      mailer: { send: async () => undefined },
      addresses: { of: async () => ({ email: 'ann@example.com', name: 'Ann' }) },
      codes: { codeOf: async () => '123456' },
      plans: { nameOf: async () => 'Premium' },
      policy: notificationPolicy,
      ...changes,
    });
  const messageOf = (work: Promise<unknown>): Promise<string> =>
    work.then(
      () => 'nothing',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('sends one mail, however often and from however many runners it is asked', async () => {
    let sent = 0;
    const mailer = {
      send: async () => {
        sent += 1;
      },
    };
    const receipt = event('billing.payment-succeeded', { amountMinor: 999, currency: 'USD' });
    const runners = Array.from({ length: 5 }, () => notificationsWith({ mailer }));
    await Promise.allSettled(runners.map((runner) => runner.deliver(receipt)));
    for (const runner of runners) await runner.deliver(receipt);
    expect(sent).to.equal(1);
  });

  it('sends again after a mailer that failed', async () => {
    const recorded = createRecordedMailer();
    let broken = true;
    const mailer = {
      send: async (mail: Mail) => {
        if (broken) throw new Error('the mailer is down');
        await recorded.send(mail);
      },
    };
    const notifications = notificationsWith({ mailer });
    const started = event('subscriptions.started', { planId: 'plan', endsAt: ENDS });
    expect(await messageOf(notifications.deliver(started))).to.equal('the mailer is down');
    broken = false;
    await notifications.deliver(started);
    expect(recorded.list()).to.have.length(1);
  });

  it('stands back while another runner sends, and takes over when that one has died', async () => {
    const dead = notificationsWith({ mailer: { send: () => new Promise(() => undefined) } });
    const started = event('subscriptions.started');
    void dead.deliver(started);
    const key = `subscription-started.${started.id}`;
    while (!(await unitOfWork.read(({ notices }) => notices.findByKey(key)))) await Promise.resolve();
    const recorded = createRecordedMailer();
    const living = notificationsWith({ mailer: recorded });
    expect(await messageOf(living.deliver(started))).to.contain('being sent by another runner');
    clock.at = after(NOW, notificationPolicy.sendingSeconds * SECOND);
    await living.deliver(started);
    expect(recorded.list()).to.have.length(1);
  });

  it('reminds once of each end and number of days', async () => {
    const mailer = createRecordedMailer();
    const notifications = notificationsWith({ mailer });
    const neared = (days: number, endsAt: Instant) => event('subscriptions.end-neared', { days, endsAt });
    for (const each of [neared(7, ENDS), neared(7, ENDS), neared(1, ENDS), neared(7, after(ENDS, DAY))]) {
      await notifications.deliver(each);
    }
    const subjects = mailer.list().map(({ subject }) => subject);
    expect(subjects).to.have.members([
      'Your subscription ends in 7 days',
      'Your subscription ends in 1 day',
      'Your subscription ends in 7 days',
    ]);
  });

  it('carries a code that is nowhere in the database, and none that was used', async () => {
    const mailer = createRecordedMailer();
    const codes = { codeOf: async (id: string) => (id === 'good' ? '042137' : undefined) };
    const notifications = notificationsWith({ mailer, codes });
    await notifications.deliver(event('identity.verification-requested', { codeId: 'good' }));
    await notifications.deliver(event('identity.password-reset-requested', { codeId: 'used' }));
    const [mail, ...others] = mailer.list();
    expect(others).to.deep.equal([]);
    expect(mail).to.include({ to: 'ann@example.com', subject: 'Confirm your e-mail address' });
    expect(mail?.text).to.contain('042137');
    expect(mail?.html).to.contain('042137');
    const notice = await unitOfWork.read(({ notices }) => notices.findByKey('verification-code.good'));
    expect(JSON.stringify(notice)).to.not.contain('042137');
  });

  it('writes to nobody when the account is gone, and of nothing that was never paid for', async () => {
    const mailer = createRecordedMailer();
    const gone = notificationsWith({ mailer, addresses: { of: async () => undefined } });
    await gone.deliver(event('subscriptions.canceled', { was: 'active' }));
    await notificationsWith({ mailer }).deliver(event('subscriptions.expired', { was: 'incomplete' }));
    expect(mailer.list()).to.deep.equal([]);
  });

  it('writes to nobody who was erased while the notice was made, and keeps no address', async () => {
    const mailer = createRecordedMailer();
    const erasing: NotificationDeps['addresses'] = {
      // Asked for the second time when the notice is in the books: the account went in between.
      of: async () => {
        asked += 1;
        return asked === 1 ? { email: 'ann@example.com', name: 'Ann' } : undefined;
      },
    };
    let asked = 0;
    const notifications = notificationsWith({ mailer, addresses: erasing });
    const started = event('subscriptions.started');
    await notifications.deliver(started);
    await notifications.deliver(started);
    expect(mailer.list()).to.deep.equal([]);
    const key = `subscription-started.${started.id}`;
    const notice = await unitOfWork.read(({ notices }) => notices.findByKey(key));
    expect(notice).to.include({ recipient: '', sentAt: null });
  });

  it('forgets the address of an erased account, also under a mail that is just being sent', async () => {
    const sent: string[] = [];
    const notifications: ReturnType<typeof notificationsWith> = notificationsWith({
      mailer: {
        send: async ({ to }) => {
          sent.push(to);
          await notifications.eraseAccount('account');
        },
      },
    });
    const [first, second] = [event('subscriptions.started'), event('subscriptions.renewed')];
    await notifications.deliver(first);
    await notifications.deliver(second);
    await notifications.eraseAccount('account');
    expect(sent).to.deep.equal(['ann@example.com', 'ann@example.com']);
    for (const key of [`subscription-started.${first.id}`, `subscription-renewed.${second.id}`]) {
      const notice = await unitOfWork.read(({ notices }) => notices.findByKey(key));
      expect(notice).to.include({ recipient: '', sentAt: NOW });
    }
  });

  it('says what was paid for what, in text and in HTML, and lets no name be markup', async () => {
    const mailer = createRecordedMailer();
    const name = '<b>Ann</b>\r\nBcc: all@example.com';
    const addresses = { of: async () => ({ email: 'ann@example.com', name }) };
    const paid = { amountMinor: 1_050, currency: 'JPY', planName: 'A&B', subscriptionEndAt: ENDS };
    const notifications = notificationsWith({ mailer, addresses });
    await notifications.deliver(event('billing.payment-succeeded', paid));
    const [mail] = mailer.list();
    expect(mail?.subject).to.equal('Receipt for A&B');
    expect(mail?.text).to.contain('Hello <b>Ann</b> Bcc: all@example.com,\n');
    expect(mail?.text).to.contain(
      'your payment of 1050 JPY for A&B. Thank you. It runs until 2026-02-07 12:00 UTC.',
    );
    expect(mail?.html)
      .to.contain('Hello &lt;b&gt;Ann&lt;/b&gt;')
      .and.to.contain('A&amp;B')
      .and.to.not.contain('<b>');
  });
});

describe('the occasions of mails', () => {
  for (const type of OCCASIONS) {
    it(`has ${type} brought to the notifications`, () => {
      expect(reactionsTo(type)).to.include('notifications.deliver');
    });
  }
});
