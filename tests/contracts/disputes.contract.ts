import { expect } from 'chai';
import type { BillingStores, Dispute } from '../../src/billing/index.ts';
import { after } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

const dispute = (changes: Partial<Dispute> = {}): Dispute => ({
  id: nextId(),
  paymentId: nextId(),
  accountId: nextId(),
  providerReference: `dp_${nextId()}`,
  amountMinor: 999,
  currency: 'USD',
  reason: 'fraudulent',
  status: 'open',
  openedAt: NOW,
  closedAt: null,
  version: 1,
  ...changes,
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

export function disputesContract(open: Open<Pick<BillingStores, 'disputes'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'disputes'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (row: Dispute): Promise<void> => unitOfWork.run(({ disputes }) => disputes.add(row));
  const save = (row: Dispute): Promise<void> => unitOfWork.run(({ disputes }) => disputes.save(row));

  it('gives back what was added and saved, to the last field', async () => {
    const first = dispute();
    await add(first);
    expect(await unitOfWork.read(({ disputes }) => disputes.find(first.id))).to.deep.equal(first);
    const lost: Dispute = { ...first, status: 'lost', closedAt: after(NOW, 9), version: 2 };
    await save(lost);
    const found = await unitOfWork.read(({ disputes }) => disputes.findByReference(first.providerReference));
    expect(found).to.deep.equal(lost);
    expect(await unitOfWork.read(({ disputes }) => disputes.findByReference('none'))).to.equal(undefined);
    expect(await codeOf(save(lost))).to.equal('service.busy');
  });

  it('refuses a reference in use', async () => {
    const first = dispute();
    await add(first);
    expect(await codeOf(add(dispute({ providerReference: first.providerReference })))).to.equal(
      'service.busy',
    );
  });

  it('lists those of a payment, oldest first', async () => {
    const first = dispute();
    const second = dispute({ paymentId: first.paymentId, openedAt: after(NOW, 1) });
    for (const row of [second, first, dispute()]) await add(row);
    const listed = await unitOfWork.read(({ disputes }) => disputes.listOf(first.paymentId));
    expect(listed).to.deep.equal([first, second]);
    expect(await unitOfWork.read(({ disputes }) => disputes.listOf(nextId()))).to.deep.equal([]);
  });
}
