import { expect } from 'chai';
import type {
  GatewayBookStores,
  SimulatedCharge,
  SimulatedDispute,
  SimulatedWebhook,
} from '../../adapters/payments/simulated-book.ts';
import { after, before, instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

export function gatewayBookContract(open: Open<GatewayBookStores>): void {
  let unitOfWork: UnitOfWork<GatewayBookStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const charge = (key: string, changes: Partial<SimulatedCharge> = {}): SimulatedCharge => ({
    key,
    reference: `sim_${key}`,
    accountId: 'payer',
    amountMinor: 999,
    currency: 'USD',
    method: 'pm_ok',
    description: 'Standard',
    outcome: 'captured',
    reason: null,
    offSession: false,
    keepsMethod: true,
    checkoutId: null,
    returnUrl: null,
    createdAt: NOW,
    version: 1,
    ...changes,
  });

  it('keeps charges by key, reference, page and account', async () => {
    const [first, second, foreign] = [
      charge('b', { checkoutId: 'page', returnUrl: 'https://app.example/', outcome: 'requires_action' }),
      charge('a', { createdAt: after(NOW, 1) }),
      charge('c', { accountId: 'other' }),
    ];
    await unitOfWork.run(async ({ gatewayBook }) => {
      for (const each of [second, first, foreign]) await gatewayBook.addCharge(each);
    });
    await unitOfWork.read(async ({ gatewayBook }) => {
      expect(await gatewayBook.findCharge('b')).to.deep.equal(first);
      expect(await gatewayBook.findCharge('none')).to.equal(undefined);
      expect(await gatewayBook.findByReference('sim_c')).to.deep.equal(foreign);
      expect(await gatewayBook.findByReference('none')).to.equal(undefined);
      expect(await gatewayBook.findByCheckout('page')).to.deep.equal(first);
      expect(await gatewayBook.findByCheckout('none')).to.equal(undefined);
      expect(await gatewayBook.chargesOf('payer')).to.deep.equal([first, second]);
    });
  });

  it('takes one charge and one refund per key', async () => {
    const refund = { key: 'r', charge: 'sim_a', amountMinor: 999, createdAt: NOW };
    const later = { ...refund, key: 'q', createdAt: after(NOW, 1) };
    await unitOfWork.run(async ({ gatewayBook }) => {
      await gatewayBook.addCharge(charge('a'));
      await gatewayBook.addRefund(later);
      await gatewayBook.addRefund(refund);
    });
    const twice = charge('a', { reference: 'sim_other' });
    expect(await codeOf(unitOfWork.run(({ gatewayBook }) => gatewayBook.addCharge(twice)))).to.equal(
      'service.busy',
    );
    expect(await codeOf(unitOfWork.run(({ gatewayBook }) => gatewayBook.addRefund(refund)))).to.equal(
      'service.busy',
    );
    await unitOfWork.read(async ({ gatewayBook }) => {
      expect(await gatewayBook.findRefund('r')).to.deep.equal(refund);
      expect(await gatewayBook.findRefund('none')).to.equal(undefined);
      expect(await gatewayBook.refundsOf('sim_a')).to.deep.equal([refund, later]);
    });
  });

  it('lets the first of two decide about a charge', async () => {
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.addCharge(charge('a')));
    const decided = charge('a', { outcome: 'declined', reason: 'abandoned', version: 2 });
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.saveCharge(decided));
    const late = { ...decided, outcome: 'captured' as const };
    expect(await codeOf(unitOfWork.run(({ gatewayBook }) => gatewayBook.saveCharge(late)))).to.equal(
      'service.busy',
    );
    expect(await unitOfWork.read(({ gatewayBook }) => gatewayBook.findCharge('a'))).to.deep.equal(decided);
  });

  it('keeps disputes, guarded like charges', async () => {
    const dispute = (id: string, openedAt: Instant): SimulatedDispute => ({
      id,
      charge: 'sim_a',
      amountMinor: 999,
      reason: 'fraudulent',
      openedAt,
      closesAt: null,
      outcome: null,
      version: 1,
    });
    const [first, second] = [dispute('b', NOW), dispute('a', after(NOW, 1))];
    await unitOfWork.run(async ({ gatewayBook }) => {
      await gatewayBook.addDispute(second);
      await gatewayBook.addDispute(first);
    });
    const won = { ...first, outcome: 'won', closesAt: after(NOW, 5), version: 2 } as const;
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.saveDispute(won));
    expect(await codeOf(unitOfWork.run(({ gatewayBook }) => gatewayBook.saveDispute(won)))).to.equal(
      'service.busy',
    );
    await unitOfWork.read(async ({ gatewayBook }) => {
      expect(await gatewayBook.findDispute('b')).to.deep.equal(won);
      expect(await gatewayBook.findDispute('none')).to.equal(undefined);
      expect(await gatewayBook.disputesOf('sim_a')).to.deep.equal([won, second]);
      expect(await gatewayBook.disputesOf('sim_b')).to.deep.equal([]);
    });
  });

  it('lists webhooks that are due, the longest due first', async () => {
    const webhook = (id: string, dueAt: Instant | null): SimulatedWebhook => ({
      id,
      body: `{"id":"${id}"}`,
      dueAt,
      attempts: 0,
      createdAt: NOW,
    });
    const [old, due, sent, later] = [
      webhook('b', before(NOW, 2)),
      webhook('a', NOW),
      webhook('c', null),
      webhook('d', after(NOW, 1)),
    ];
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.addWebhooks([later, sent, due, old]));
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.addWebhooks([]));
    await unitOfWork.read(async ({ gatewayBook }) => {
      expect(await gatewayBook.dueWebhooks(NOW, 10)).to.deep.equal([old, due]);
      expect(await gatewayBook.dueWebhooks(NOW, 1)).to.deep.equal([old]);
      expect(await gatewayBook.nextWebhookAt(NOW)).to.equal(old.dueAt);
      expect(await gatewayBook.nextWebhookAt(before(NOW, 3))).to.equal(undefined);
    });
    await unitOfWork.run(({ gatewayBook }) => gatewayBook.saveWebhook({ ...old, dueAt: null, attempts: 1 }));
    expect(await unitOfWork.read(({ gatewayBook }) => gatewayBook.dueWebhooks(NOW, 10))).to.deep.equal([due]);
  });
}
