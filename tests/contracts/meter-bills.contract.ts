import { expect } from 'chai';
import type { BillingStores, MeterBill } from '../../src/billing/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

const bill = (changes: Partial<MeterBill> = {}): MeterBill => ({
  accountId: nextId(),
  feature: 'downloads',
  unitPriceMinor: 5,
  currency: 'USD',
  billedUnits: 40,
  heldUnits: 0,
  heldBy: null,
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

export function meterBillsContract(open: Open<Pick<BillingStores, 'meterBills'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'meterBills'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (row: MeterBill): Promise<void> => unitOfWork.run(({ meterBills }) => meterBills.save(row));
  const listOf = (accountId: string): Promise<readonly MeterBill[]> =>
    unitOfWork.read(({ meterBills }) => meterBills.listOf(accountId));

  it('gives back what was saved, to the last field', async () => {
    const first = bill();
    await save(first);
    expect(await listOf(first.accountId)).to.deep.equal([first]);
    const second = {
      ...first,
      billedUnits: Number.MAX_SAFE_INTEGER,
      heldUnits: 3,
      heldBy: nextId(),
      version: 2,
    };
    await save(second);
    expect(await listOf(first.accountId)).to.deep.equal([second]);
    expect(await listOf(nextId())).to.deep.equal([]);
  });

  it('keeps one for each feature, price and currency of an account', async () => {
    const first = bill();
    const { accountId } = first;
    const rows = [
      first,
      bill({ accountId, feature: 'api_calls' }),
      bill({ accountId, unitPriceMinor: 6 }),
      bill({ accountId, currency: 'EUR' }),
    ];
    for (const row of [...rows, bill()]) await save(row);
    expect(await listOf(accountId)).to.have.deep.members(rows);
    const more = { ...first, billedUnits: 41, version: 2 };
    await save(more);
    expect(await listOf(accountId)).to.have.deep.members([more, ...rows.slice(1)]);
  });

  it('refuses to save over a newer version, and to begin twice', async () => {
    const first = bill();
    await save(first);
    expect(await codeOf(save(first))).to.equal('service.busy');
    await save({ ...first, version: 2 });
    expect(await codeOf(save({ ...first, version: 2 }))).to.equal('service.busy');
    expect(await codeOf(save(bill({ version: 2 })))).to.equal('service.busy');
  });

  it('takes one of many that come at once', async () => {
    const first = bill();
    const all = await Promise.allSettled(
      Array.from({ length: 12 }, (_, units) => save({ ...first, billedUnits: units })),
    );
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    expect(await listOf(first.accountId)).to.have.length(1);
  });
}
