import { expect } from 'chai';
import { billingPolicy, type BillingStores, type Payment } from '../../src/billing/index.ts';
import { asking, captured, declined, pendingPayment } from '../../src/billing/payment.ts';
import { after, DAY, instant, MINUTE, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { newPayment } from '../world/payments.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));

let counter = 0;
const nextId = (): string => {
  counter += 1;
  return `01980000-0000-7000-8000-${counter.toString().padStart(12, '0')}`;
};

const payment = (accountId: string, now = NOW): Payment =>
  pendingPayment(newPayment({ id: nextId(), accountId, now }), {
    gateway: 'simulated',
    method: 'pm_ok',
    policy: billingPolicy,
  });

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

export function paymentsContract(open: Open<Pick<BillingStores, 'payments'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'payments'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...rows: readonly Payment[]): Promise<void> =>
    unitOfWork.run(async ({ payments }) => {
      for (const row of rows) await payments.add(row);
    });
  const save = (row: Payment): Promise<void> => unitOfWork.run(({ payments }) => payments.save(row));

  it('gives back what was added and saved, to the last field', async () => {
    const added = payment(nextId());
    await add(added);
    expect(await unitOfWork.read(({ payments }) => payments.find(added.id))).to.deep.equal(added);
    const paid: Payment = {
      ...captured(added, 'ref', after(NOW, 5)),
      subscriptionEndAt: after(NOW, 30 * DAY),
      invoiceId: nextId(),
      couponId: nextId(),
      returnUrl: 'https://example.com/back',
      offSession: true,
      collectionOf: nextId(),
      customer: 'cus_1',
      refundedMinor: 1,
      refundingMinor: 2,
      providerRefundedMinor: 3,
      dispute: { status: 'open', reason: 'fraudulent' },
    };
    await save(paid);
    expect(await unitOfWork.read(({ payments }) => payments.find(added.id))).to.deep.equal(paid);
    expect(await unitOfWork.read(({ payments }) => payments.find(nextId()))).to.equal(undefined);
  });

  it('finds a payment by our key and by the gateway’s name of its charge', async () => {
    const [waiting, paid] = [payment(nextId()), payment(nextId())];
    await add(waiting, paid);
    const named = captured(paid, 'ref', NOW);
    await save(named);
    await unitOfWork.read(async ({ payments }) => {
      expect(await payments.findByGatewayKey(waiting.gatewayKey)).to.deep.equal(waiting);
      expect(await payments.findByGatewayKey('none')).to.equal(undefined);
      expect(await payments.findByReference({ gateway: 'simulated', reference: 'ref' })).to.deep.equal(named);
      expect(await payments.findByReference({ gateway: 'stripe', reference: 'ref' })).to.equal(undefined);
      expect(await payments.findByReference({ gateway: 'simulated', reference: 'none' })).to.equal(undefined);
    });
  });

  it('takes one open payment per account, and another when it has ended', async () => {
    const account = nextId();
    const first = payment(account);
    await add(first);
    expect(await codeOf(add(payment(account)))).to.equal('service.busy');
    await add(payment(nextId()));
    await save(declined(first, 'card_declined', NOW));
    const second = payment(account);
    await add(second);
    expect((await unitOfWork.read(({ payments }) => payments.findOpen(account)))?.id).to.equal(second.id);
    expect(await unitOfWork.read(({ payments }) => payments.findOpen(nextId()))).to.equal(undefined);
  });

  it('takes one of many open payments that come at once', async () => {
    const account = nextId();
    const all = await Promise.allSettled(Array.from({ length: 20 }, () => add(payment(account))));
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('refuses a gateway key that is in use', async () => {
    const first = payment(nextId());
    await add(first);
    expect(await codeOf(add({ ...payment(nextId()), gatewayKey: first.gatewayKey }))).to.equal(
      'service.busy',
    );
  });

  it('refuses to save over a newer version', async () => {
    const first = payment(nextId());
    await add(first);
    await save(asking(first, NOW, billingPolicy));
    expect(await codeOf(save(captured(first, 'ref', NOW)))).to.equal('service.busy');
    expect((await unitOfWork.read(({ payments }) => payments.find(first.id)))?.status).to.equal('pending');
  });

  it('lists an account newest first, page by page', async () => {
    const account = nextId();
    const rows = [NOW, after(NOW, 1), after(NOW, 1), after(NOW, 2)].map((now) =>
      declined(payment(account, now), 'card_declined', now),
    );
    await add(...rows, payment(nextId(), after(NOW, 3)));
    const seen: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { items, nextCursor } = await unitOfWork.read(({ payments }) =>
        payments.list(account, { limit: 2, cursor }),
      );
      seen.push(...items.map(({ id }) => id));
      if (nextCursor === null) break;
      cursor = nextCursor;
    }
    expect(seen).to.deep.equal(rows.map(({ id }) => id).reverse());
  });

  it('finds what was paid for a subscription, oldest first', async () => {
    const [account, subscription] = [nextId(), nextId()];
    const paid = (accountId: string, subscriptionId: string | null, now = NOW): Payment => ({
      ...captured(payment(accountId, now), 'ref', now),
      subscriptionId,
    });
    const [first, second] = [paid(account, subscription), paid(account, subscription, after(NOW, 1))];
    await add(second, first, paid(account, nextId()), paid(account, null), paid(nextId(), subscription));
    const of = { accountId: account, subscriptionId: subscription };
    expect(await unitOfWork.read(({ payments }) => payments.ofSubscription(of))).to.deep.equal([
      first,
      second,
    ]);
    const none = { accountId: account, subscriptionId: nextId() };
    expect(await unitOfWork.read(({ payments }) => payments.ofSubscription(none))).to.deep.equal([]);
  });

  it('finds what is due, the longest due first, and when the next is', async () => {
    const [first, second, settled] = [
      payment(nextId(), NOW),
      payment(nextId(), after(NOW, MINUTE)),
      payment(nextId(), NOW),
    ];
    await add(second, first, settled);
    await save(captured(settled, 'ref', NOW));
    const due = (at: Instant, limit: number): Promise<readonly string[]> =>
      unitOfWork.read(async ({ payments }) => (await payments.due(at, limit)).map(({ id }) => id));
    const at = after(NOW, 5 * MINUTE);
    expect(await due(after(at, -1), 9)).to.deep.equal([]);
    expect(await due(at, 9)).to.deep.equal([first.id]);
    expect(await due(after(at, MINUTE), 9)).to.deep.equal([first.id, second.id]);
    expect(await due(after(at, MINUTE), 1)).to.deep.equal([first.id]);
    expect(await unitOfWork.read(({ payments }) => payments.nextDueAt(after(NOW, DAY)))).to.equal(at);
    expect(await unitOfWork.read(({ payments }) => payments.nextDueAt(NOW))).to.equal(undefined);
  });
}

export function closedAccountsContract(open: Open<Pick<BillingStores, 'closedAccounts'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'closedAccounts'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const isClosed = (accountId: string): Promise<boolean> =>
    unitOfWork.read(({ closedAccounts }) => closedAccounts.isClosed(accountId));
  const close = (accountId: string, at = NOW): Promise<void> =>
    unitOfWork.run(({ closedAccounts }) => closedAccounts.close(accountId, at));

  it('knows which accounts were closed, and no others', async () => {
    const account = nextId();
    expect(await isClosed(account)).to.equal(false);
    await close(account);
    expect([await isClosed(account), await isClosed(nextId())]).to.deep.equal([true, false]);
  });

  it('closes again without a change, later, within one unit of work and from many sides at once', async () => {
    const [account, other] = [nextId(), nextId()];
    await close(account);
    await close(account, after(NOW, DAY));
    await unitOfWork.run(async ({ closedAccounts }) => {
      await closedAccounts.close(other, NOW);
      expect(await closedAccounts.isClosed(other)).to.equal(true);
      await closedAccounts.close(other, NOW);
    });
    const third = nextId();
    await Promise.all(Array.from({ length: 12 }, () => close(third)));
    for (const each of [account, other, third]) expect(await isClosed(each)).to.equal(true);
  });

  it('forgets a closing that was rolled back', async () => {
    const account = nextId();
    const failing = unitOfWork.run(async ({ closedAccounts }) => {
      await closedAccounts.close(account, NOW);
      throw new Error('not today');
    });
    expect(String(await failing.catch((error: unknown) => error))).to.contain('not today');
    expect(await isClosed(account)).to.equal(false);
  });
}
