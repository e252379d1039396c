import { expect } from 'chai';
import type { Meter, MeterKey } from '../../src/entitlements/meter.ts';
import type { EntitlementStores, Forgotten } from '../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../src/entitlements/usage-log.ts';
import { after, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';
import { entryOf, meterOf, MOST, movedOn } from './entitlements.fixtures.ts';
import { ALICE, BOB, nextId, NOW } from './playback.fixtures.ts';

type Stores = Pick<EntitlementStores, 'meters'>;

/** What a meter was moved by, line by line: a part of the contract of the meters. */
export function usageLogContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (...entries: readonly UsageEntry[]): Promise<void> =>
    unitOfWork.run(({ meters }) => meters.save(entries));
  const entryAt = (key: MeterKey, at: Instant): Promise<UsageEntry | undefined> =>
    unitOfWork.read(({ meters }) => meters.entryAt(key, at));
  /** A meter that was moved at each of these milliseconds. */
  const movedAt = async (first: Meter, milliseconds: readonly number[]): Promise<readonly UsageEntry[]> => {
    const entries = milliseconds.map((millisecond, index) =>
      entryOf({ ...first, used: index + 1, version: index + 1, movedAt: after(NOW, millisecond) }),
    );
    for (const entry of entries) await save(entry);
    return entries;
  };

  it('tells the line that was the newest at an instant', async () => {
    const [first, second] = await movedAt(meterOf(), [0, 10]);
    await movedAt(meterOf({ feature: 'exports' }), [5, 7]);
    await movedAt(meterOf({ accountId: BOB }), [6]);
    expect(await entryAt(meterOf(), after(NOW, -1))).to.equal(undefined);
    for (const at of [0, 9]) expect(await entryAt(meterOf(), after(NOW, at))).to.deep.equal(first);
    for (const at of [10, 99]) expect(await entryAt(meterOf(), after(NOW, at))).to.deep.equal(second);
    expect(await entryAt(meterOf({ feature: 'never' }), NOW)).to.equal(undefined);
  });

  it('has the greatest version for the newest of one instant', async () => {
    const entries = await movedAt(
      meterOf(),
      Array.from({ length: 12 }, () => 3),
    );
    expect(await entryAt(meterOf(), after(NOW, 3))).to.deep.equal(entries.at(-1));
    expect(await entryAt(meterOf(), after(NOW, 2))).to.equal(undefined);
  });

  it('gives back a line to the last field', async () => {
    const lots = [{ amount: 5, used: 1, expiresAt: NOW }];
    const first = entryOf(meterOf({ lots }), {
      kind: 'granted',
      units: MOST,
      grants: { [nextId()]: MOST, [nextId()]: 0 },
    });
    await save(first);
    expect(await entryAt(first.meter, NOW)).to.deep.equal(first);
    const second = entryOf(movedOn(first.meter, { lots: [], periodEnd: null }), {
      kind: 'expired',
      units: -MOST,
    });
    await save(second);
    expect(await entryAt(first.meter, NOW)).to.deep.equal(second);
  });

  describe('tidying', () => {
    const forget = (border: number, limit = 9): Promise<Forgotten> =>
      unitOfWork.run(({ meters }) => meters.forget(meterOf(), after(NOW, border), limit));
    const untidy = (milliseconds: number, limit = 9): Promise<readonly MeterKey[]> =>
      unitOfWork.read(({ meters }) => meters.untidy(after(NOW, milliseconds), limit));
    const tidyAt = (key: MeterKey, milliseconds: number): Promise<void> =>
      unitOfWork.run(({ meters }) => meters.tidyAt(key, after(NOW, milliseconds)));

    it('forgets lines that tell of no instant from a border on, the oldest first', async () => {
      const entries = await movedAt(meterOf(), [0, 1, 2, 2, 3]);
      const other = await movedAt(meterOf({ feature: 'exports' }), [0, 0]);
      expect(await forget(0)).to.deep.equal({ lines: 0, followedAt: after(NOW, 1) });
      expect(await forget(1)).to.deep.equal({ lines: 1, followedAt: after(NOW, 2) });
      expect(await entryAt(meterOf(), NOW)).to.equal(undefined);
      expect(await entryAt(meterOf(), after(NOW, 1))).to.deep.equal(entries[1]);
      expect(await forget(2, 1)).to.deep.equal({ lines: 1, followedAt: after(NOW, 2) });
      expect(await forget(2, 1)).to.deep.equal({ lines: 1, followedAt: after(NOW, 3) });
      expect(await forget(2, 1)).to.deep.equal({ lines: 0, followedAt: after(NOW, 3) });
      expect(await entryAt(meterOf(), after(NOW, 2))).to.deep.equal(entries[3]);
      expect(await entryAt(meterOf({ feature: 'exports' }), NOW)).to.deep.equal(other.at(-1));
    });

    it('never forgets the newest line, and tells that nothing follows it', async () => {
      const entries = await movedAt(meterOf(), [0, 1, 1]);
      expect(await forget(99)).to.deep.equal({ lines: 2, followedAt: null });
      expect(await forget(99)).to.deep.equal({ lines: 0, followedAt: null });
      expect(await entryAt(meterOf(), after(NOW, 1))).to.deep.equal(entries.at(-1));
    });

    it('leaves what happened between the border and now, and the line that stood at the border', async () => {
      const entries = await movedAt(meterOf(), [0, 10]);
      expect(await forget(9)).to.deep.equal({ lines: 0, followedAt: after(NOW, 10) });
      expect(await entryAt(meterOf(), after(NOW, 9))).to.deep.equal(entries[0]);
    });

    it('is due at once, and then when it was put off to, whatever moves the meter', async () => {
      const [first] = await movedAt(meterOf(), [0]);
      const exported = await movedAt(meterOf({ feature: 'exports' }), [0, 0]);
      const [downloads, exports] = ['downloads', 'exports'].map((feature) => ({ accountId: ALICE, feature }));
      expect(await untidy(-9)).to.have.deep.members([downloads, exports]);
      expect(await untidy(-9, 1)).to.have.length(1);
      await tidyAt(meterOf(), 7);
      await tidyAt(meterOf({ feature: 'exports' }), 5);
      await save(entryOf(movedOn(first?.meter ?? meterOf())));
      const next = entryOf(movedOn(exported.at(-1)?.meter ?? meterOf()));
      const settled = await unitOfWork.single(({ meters }) => meters.settle([next]));
      expect(settled.size).to.equal(1);
      const [early, late] = [await untidy(4), await untidy(5)];
      expect([early, late]).to.deep.equal([[], [exports]]);
      expect(await untidy(7)).to.deep.equal([exports, downloads]);
      expect(await untidy(7, 1)).to.deep.equal([exports]);
    });

    it('is due at once for a meter that begins anew behind an erasure', async () => {
      await movedAt(meterOf(), [0]);
      await tidyAt(meterOf(), 7);
      await unitOfWork.run(({ meters }) => meters.erase(ALICE, 9));
      expect(await untidy(99)).to.deep.equal([]);
      await movedAt(meterOf(), [0]);
      expect(await untidy(0)).to.have.length(1);
    });
  });

  it('erases an account with its log, so many lines at a time, and no other', async () => {
    for (const feature of ['downloads', 'exports']) await movedAt(meterOf({ feature }), [0, 1]);
    const [kept] = await movedAt(meterOf({ accountId: BOB }), [0]);
    const erase = (limit: number): Promise<number> =>
      unitOfWork.run(({ meters }) => meters.erase(ALICE, limit));
    const left = (): Promise<readonly Meter[]> => unitOfWork.read(({ meters }) => meters.listOf(ALICE));
    expect(await erase(3)).to.equal(3);
    expect(await left()).to.have.length(1);
    expect(await erase(1)).to.equal(1);
    expect(await left()).to.deep.equal([]);
    expect(await erase(9)).to.equal(0);
    for (const feature of ['downloads', 'exports'])
      expect(await entryAt(meterOf({ feature }), after(NOW, 9))).to.equal(undefined);
    expect(await entryAt(meterOf({ accountId: BOB }), NOW)).to.deep.equal(kept);
    await movedAt(meterOf(), [0]);
    expect((await left()).map(({ version }) => version)).to.deep.equal([1]);
  });
}
