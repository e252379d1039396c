import { expect } from 'chai';
import type { OverageReading } from '../../src/entitlements/overage.ts';
import type { EntitlementStores } from '../../src/entitlements/ports.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';
import { MOST } from './entitlements.fixtures.ts';
import { ALICE, BOB } from './playback.fixtures.ts';

type Stores = Pick<EntitlementStores, 'overages'>;

const reading = (units: number, changes: Partial<OverageReading> = {}): OverageReading => ({
  feature: 'downloads',
  unitPriceMinor: 25,
  currency: 'USD',
  units,
  ...changes,
});

export function overagesContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (accountId: string, ...readings: readonly OverageReading[]): Promise<void> =>
    unitOfWork.run(({ overages }) => overages.add(accountId, readings));
  const listOf = (accountId: string): Promise<readonly OverageReading[]> =>
    unitOfWork.read(({ overages }) => overages.listOf(accountId));

  it('adds to the reading of the same price', async () => {
    await add(ALICE, reading(3));
    await add(ALICE, reading(4));
    await add(ALICE);
    expect(await listOf(ALICE)).to.deep.equal([reading(7)]);
    await add(ALICE, reading(MOST - 7));
    expect(await listOf(ALICE)).to.deep.equal([reading(MOST)]);
  });

  it('keeps features, prices, currencies and accounts apart', async () => {
    const others = [{ feature: 'exports' }, { unitPriceMinor: 26 }, { currency: 'EUR' }];
    const readings = [reading(1), ...others.map((other, index) => reading(index + 2, other))];
    await add(ALICE, ...readings);
    await add(BOB, reading(9));
    expect(await listOf(ALICE)).to.have.deep.members(readings);
    expect(await listOf(BOB)).to.deep.equal([reading(9)]);
  });

  it('adds up what comes in one call', async () => {
    await add(ALICE, reading(1), reading(5, { feature: 'exports' }), reading(2), reading(3));
    await add(ALICE, reading(10), reading(10));
    expect(await listOf(ALICE)).to.have.deep.members([reading(26), reading(5, { feature: 'exports' })]);
  });

  it('loses nothing of what comes at once', async () => {
    await Promise.all(Array.from({ length: 20 }, () => add(ALICE, reading(2))));
    expect(await listOf(ALICE)).to.deep.equal([reading(40)]);
  });

  it('keeps nothing of a work that failed', async () => {
    const failed = unitOfWork.run(async ({ overages }) => {
      await overages.add(ALICE, [reading(1)]);
      throw new Error('later');
    });
    expect(await failed.catch((error: unknown) => String(error))).to.equal('Error: later');
    expect(await listOf(ALICE)).to.deep.equal([]);
  });

  it('erases an account, so many at a time, and no other', async () => {
    await add(ALICE, reading(1), reading(2, { feature: 'exports' }), reading(3, { currency: 'EUR' }));
    await add(BOB, reading(4));
    const erase = (): Promise<number> => unitOfWork.run(({ overages }) => overages.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect([await listOf(ALICE), await listOf(BOB)]).to.deep.equal([[], [reading(4)]]);
  });
}
