import { expect } from 'chai';
import { after, DAY, instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { snapshotOf, type HistoryEntry } from '../../src/subscriptions/history.ts';
import type { Subscription } from '../../src/subscriptions/subscription.ts';
import { nextId, NOW, subscription } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';
import { faultOf, type Stores } from './subscription-stores.ts';

const entry = (state: Subscription, changes: Partial<HistoryEntry> = {}): HistoryEntry => ({
  id: nextId(),
  subscriptionId: state.id,
  accountId: state.accountId,
  seq: 1,
  type: 'canceled',
  event: { type: 'canceled', at: NOW },
  actor: 'system:calendar',
  before: null,
  after: snapshotOf(state),
  effectiveAt: NOW,
  recordedAt: after(NOW, 5),
  paymentId: null,
  ...changes,
});

export function subscriptionHistoryContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const append = (...entries: HistoryEntry[]): Promise<void> =>
    unitOfWork.run(({ subscriptionHistory }) => subscriptionHistory.append(entries));

  it('lists an account newest first, page by page, to the last field', async () => {
    const state = subscription();
    const entries = [1, 2, 3].map((seq) =>
      entry(state, { seq, before: seq === 1 ? null : snapshotOf(state), paymentId: `payment-${seq}` }),
    );
    await append(...entries, entry(subscription()));
    const first = await unitOfWork.read(({ subscriptionHistory }) =>
      subscriptionHistory.list(state.accountId, { limit: 2 }),
    );
    expect(first.items).to.deep.equal([entries[2], entries[1]]);
    const second = await unitOfWork.read(({ subscriptionHistory }) =>
      subscriptionHistory.list(state.accountId, { limit: 2, cursor: first.nextCursor ?? undefined }),
    );
    expect(second).to.deep.equal({ items: [entries[0]], nextCursor: null });
  });

  it('takes each place in an account once, and each payment once', async () => {
    const state = subscription();
    await append(entry(state, { paymentId: 'paid' }));
    const twice = [entry(state), entry(state, { seq: 2, paymentId: 'paid' })];
    for (const each of twice) {
      const fault = await faultOf(unitOfWork, ({ subscriptionHistory }) =>
        subscriptionHistory.append([each]),
      );
      expect(fault).to.not.equal(undefined);
    }
    const found = await unitOfWork.read(({ subscriptionHistory }) =>
      subscriptionHistory.findByPayment('paid'),
    );
    expect(found?.subscriptionId).to.equal(state.id);
    expect(
      await unitOfWork.read(({ subscriptionHistory }) => subscriptionHistory.findByPayment('unpaid')),
    ).to.equal(undefined);
  });

  it('tells what held at an instant, of the subscription that was the newest then', async () => {
    const first = subscription();
    const second = subscription({ accountId: first.accountId });
    const entries = [
      entry(first, { seq: 1, effectiveAt: NOW }),
      entry(first, { seq: 2, effectiveAt: after(NOW, DAY) }),
      entry(second, { seq: 3, effectiveAt: after(NOW, 2 * DAY) }),
    ];
    await append(...entries);
    const held = (at: Instant): Promise<readonly HistoryEntry[]> =>
      unitOfWork.read(({ subscriptionHistory }) => subscriptionHistory.until(first.accountId, at));
    expect(await held(instant(NOW - 1))).to.deep.equal([]);
    expect(await held(NOW)).to.deep.equal(entries.slice(0, 1));
    expect(await held(instant(after(NOW, 2 * DAY) - 1))).to.deep.equal(entries.slice(0, 2));
    expect(await held(after(NOW, 2 * DAY))).to.deep.equal(entries.slice(2));
  });
}

export function trialsContract(open: Open<Stores>): void {
  it('gives each account one trial', async () => {
    const unitOfWork = await open();
    const accountId = nextId();
    const used = (): Promise<boolean> => unitOfWork.read(({ trials }) => trials.used(accountId));
    expect(await used()).to.equal(false);
    const attempts = Array.from({ length: 10 }, () =>
      unitOfWork.run(({ trials }) => trials.use(accountId, NOW)),
    );
    const settled = await Promise.allSettled(attempts);
    expect(settled.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await used()).to.equal(true);
  });
}
