import { expect } from 'chai';
import type { GatewayBookStores, SimulatedCharge } from '../../adapters/payments/simulated-book.ts';
import { after, instant } from '../../src/kernel/instant.ts';
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
  const charge = (key: string, accountId = 'payer', createdAt = NOW): SimulatedCharge => ({
    key,
    reference: `sim_${key}`,
    accountId,
    amountMinor: 999,
    currency: 'USD',
    method: 'pm_ok',
    description: 'Standard',
    outcome: 'captured',
    reason: null,
    createdAt,
  });

  it('keeps charges by key, reference and account', async () => {
    const [first, second, foreign] = [charge('b'), charge('a', 'payer', after(NOW, 1)), charge('c', 'other')];
    await unitOfWork.run(async ({ gatewayBook }) => {
      for (const each of [second, first, foreign]) await gatewayBook.addCharge(each);
    });
    await unitOfWork.read(async ({ gatewayBook }) => {
      expect(await gatewayBook.findCharge('b')).to.deep.equal(first);
      expect(await gatewayBook.findCharge('none')).to.equal(undefined);
      expect(await gatewayBook.findByReference('sim_c')).to.deep.equal(foreign);
      expect(await gatewayBook.findByReference('none')).to.equal(undefined);
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
    const twice = { ...charge('a'), reference: 'sim_other' };
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
}
