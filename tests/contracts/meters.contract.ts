import { expect } from 'chai';
import type { Meter, MeterKey } from '../../src/entitlements/meter.ts';
import type { EntitlementStores } from '../../src/entitlements/ports.ts';
import type { UsageEntry } from '../../src/entitlements/usage-log.ts';
import { after, instant, MINUTE } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';
import { entryOf, expectLostRace, meterOf, MOST, movedOn } from './entitlements.fixtures.ts';
import { BOB, NOW } from './playback.fixtures.ts';
import { usageLogContract } from './usage-log.contract.ts';

type Stores = Pick<EntitlementStores, 'meters'>;

/** A moment in which another unit of work comes to the same rows. */
const aWhile = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));

export function metersContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (...entries: readonly UsageEntry[]): Promise<void> =>
    unitOfWork.run(({ meters }) => meters.save(entries));
  const saved = (...moved: readonly Meter[]): Promise<void> => save(...moved.map((meter) => entryOf(meter)));
  const find = (...keys: readonly MeterKey[]): Promise<readonly Meter[]> =>
    unitOfWork.read(({ meters }) => meters.find(keys));

  it('gives back what was saved, to the last field, and what moved since', async () => {
    const first = meterOf({
      periodStart: instant(0),
      periodEnd: null,
      subscriptionId: null,
      allowance: -1,
      used: MOST,
    });
    await saved(first);
    expect(await find(first)).to.deep.equal([first]);
    const second = movedOn(first, {
      ...{ periodStart: instant(-5), periodEnd: NOW, turn: 7, subscriptionId: 's', allowance: MOST },
      ...{ used: 0, over: MOST, rateSince: NOW, rateUsed: MOST, lapsesAt: after(NOW, 1) },
      lots: [
        { amount: MOST, used: 3, expiresAt: NOW },
        { amount: 2, used: 0, expiresAt: after(NOW, 1) },
      ],
      movedAt: after(NOW, 9),
    });
    await saved(second);
    expect(await find(first)).to.deep.equal([second]);
    expect(await unitOfWork.run(({ meters }) => meters.hold([first]))).to.deep.equal([second]);
  });

  it('finds those that were ever moved, each once', async () => {
    const [one, two] = [meterOf(), meterOf({ feature: 'exports' })];
    await saved(two, meterOf({ accountId: BOB }), one);
    await save();
    const asked = [one, { ...one, feature: 'never' }, two, one];
    for (const found of [await find(...asked), await unitOfWork.run(({ meters }) => meters.hold(asked))])
      expect(found.toSorted((a, b) => (a.feature < b.feature ? -1 : 1))).to.deep.equal([one, two]);
    expect(await find()).to.deep.equal([]);
    expect(await unitOfWork.run(({ meters }) => meters.hold([]))).to.deep.equal([]);
    expect(await find({ ...one, accountId: BOB, feature: 'exports' })).to.deep.equal([]);
  });

  it('takes a feature by its name, though it is a word of a database or has a sign of one', async () => {
    const features = ['null', 'true', "it's", '"a\\b"', '{a,b}', '$1?', 'ünï-☕'];
    const meters = features.map((feature) => meterOf({ feature }));
    await saved(...meters);
    expect(await find(...meters)).to.have.deep.members(meters);
    const moved = meters.map((meter) => movedOn(meter));
    const settled = await unitOfWork.single((stores) =>
      stores.meters.settle(moved.map((meter) => entryOf(meter))),
    );
    expect(settled.size).to.equal(features.length);
    expect(await find(...meters)).to.have.deep.members(moved);
  });

  it('lists an account by feature', async () => {
    const meters = ['ab', 'a_z', 'a-z', 'b1', 'a'].map((feature) => meterOf({ feature }));
    await saved(...meters, meterOf({ accountId: BOB, feature: 'aa' }));
    const listed = await unitOfWork.read((stores) => stores.meters.listOf(meterOf().accountId));
    expect(listed.map(({ feature }) => feature)).to.deep.equal(['a', 'a-z', 'a_z', 'ab', 'b1']);
    expect(listed).to.have.deep.members(meters);
  });

  it('loses the race for every version but the next', async () => {
    const first = meterOf();
    for (const version of [2, 3]) await expectLostRace(saved({ ...first, version }));
    expect(await find(first)).to.deep.equal([]);
    await saved(first);
    for (const version of [1, 3, 4]) await expectLostRace(saved({ ...first, version, used: 50 }));
    await saved(movedOn(first));
    for (const version of [1, 2, 4]) await expectLostRace(saved({ ...first, version, used: 50 }));
    expect(await find(first)).to.deep.equal([movedOn(first)]);
    await saved(movedOn(movedOn(first)));
  });

  it('saves all or nothing: one meter that moved on is a lost race for all', async () => {
    const [stale, steady, fresh] = [meterOf(), meterOf({ feature: 'b' }), meterOf({ feature: 'c' })];
    await saved(stale, steady);
    await saved(movedOn(stale));
    await expectLostRace(saved(movedOn(steady), movedOn(stale, { used: 50 }), fresh));
    expect(await find(stale, steady, fresh)).to.have.deep.members([movedOn(stale), steady]);
    const noted = await unitOfWork.read(({ meters }) => meters.entryAt(steady, after(NOW, MINUTE)));
    expect(noted).to.deep.equal(entryOf(steady));
  });

  it('lets one of many begin a meter, and one of many move it', async () => {
    for (const meter of [meterOf(), movedOn(meterOf())]) {
      const attempts = Array.from({ length: 8 }, (_, used) => saved({ ...meter, used }));
      const outcomes = await Promise.allSettled(attempts);
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
      const used = outcomes.findIndex(({ status }) => status === 'fulfilled');
      expect((await find(meter)).map((found) => found.used)).to.deep.equal([used]);
    }
  });

  it('holds meters until the work ends', async () => {
    const first = meterOf();
    await saved(first);
    let tellHeld: () => void = () => undefined;
    const isHeld = new Promise<void>((resolve) => {
      tellHeld = resolve;
    });
    const one = unitOfWork.run(async ({ meters }) => {
      await meters.hold([first]);
      tellHeld();
      await aWhile();
      await meters.save([entryOf(movedOn(first))]);
    });
    await isHeld;
    const other = unitOfWork.run(async ({ meters }) => meters.hold([first]));
    const settled = unitOfWork.single(({ meters }) => meters.settle([entryOf(movedOn(first))]));
    await one;
    expect(await other).to.deep.equal([movedOn(first)]);
    expect((await settled).size).to.equal(0);
  });

  it('loses nothing behind held meters, in whichever order they are asked for', async () => {
    const keys = ['a', 'b', 'c'].map((feature) => meterOf({ feature, used: 0 }));
    await saved(...keys);
    const add = (asked: readonly MeterKey[]): Promise<void> =>
      unitOfWork.run(async ({ meters }) => {
        const held = await meters.hold(asked);
        await meters.save(held.map((meter) => entryOf(movedOn(meter))));
      });
    const works = Array.from({ length: 24 }, (_, index) => {
      const turned = [...keys.slice(index % 3), ...keys.slice(0, index % 3)];
      return add(index % 2 === 0 ? turned : turned.toReversed());
    });
    await Promise.all(works);
    expect((await find(...keys)).map(({ used, version }) => [used, version])).to.deep.equal(
      keys.map(() => [24, 25]),
    );
  });

  describe('settling', () => {
    const settle = (...entries: readonly UsageEntry[]): Promise<ReadonlySet<string>> =>
      unitOfWork.single(({ meters }) => meters.settle(entries));
    const lineOf = (key: MeterKey): Promise<UsageEntry | undefined> =>
      unitOfWork.read(({ meters }) => meters.entryAt(key, after(NOW, MINUTE)));

    it('settles each meter by itself, and names exactly those that stood one version before', async () => {
      const [steady, moved, unknown, bobs, ahead] = [
        ...[meterOf({ feature: 's' }), meterOf({ feature: 'm' }), meterOf({ feature: 'u' })],
        ...[meterOf({ feature: 's', accountId: BOB }), meterOf({ feature: 'a' })],
      ] as const;
      await saved(steady, moved, bobs, ahead);
      await saved(movedOn(moved));
      const entries = [unknown, moved, bobs, steady].map((meter) => entryOf(movedOn(meter, { used: 9 })));
      const settled = await settle(...entries, entryOf({ ...ahead, version: 3 }));
      expect([...settled].sort()).to.deep.equal([`${steady.accountId} s`, `${bobs.accountId} s`].sort());
      expect(await find(steady, moved, unknown, bobs, ahead)).to.have.deep.members([
        ...[movedOn(steady, { used: 9 }), movedOn(bobs, { used: 9 })],
        ...[movedOn(moved), ahead],
      ]);
      expect(await lineOf(moved)).to.deep.equal(entryOf(movedOn(moved)));
      expect(await lineOf(unknown)).to.equal(undefined);
      expect((await settle(...entries)).size).to.equal(0);
      expect((await settle()).size).to.equal(0);
    });

    it('begins no meter', async () => {
      expect((await settle(entryOf(meterOf()))).size).to.equal(0);
      expect(await find(meterOf())).to.deep.equal([]);
    });

    it('leaves the very line that a save would have left', async () => {
      const like = { lots: [{ amount: 5, used: 1, expiresAt: after(NOW, MINUTE) }], lapsesAt: NOW, over: 3 };
      const [settled, written] = [meterOf(like), meterOf({ ...like, accountId: BOB })];
      await saved(settled, written);
      const change = { used: MOST, rateSince: after(NOW, 2), rateUsed: 4, movedAt: after(NOW, 2) };
      const entry = entryOf(movedOn(settled, change), { units: MOST });
      await settle(entry);
      await save(entryOf(movedOn(written, change), { units: MOST }));
      expect(await find(settled)).to.deep.equal([entry.meter]);
      expect(await lineOf(settled)).to.deep.equal(entry);
      const { accountId, subscriptionId } = settled;
      const line = (await lineOf(written)) as UsageEntry;
      expect({ ...line, meter: { ...line.meter, accountId, subscriptionId } }).to.deep.equal(entry);
    });

    it('changes no more of a meter than steady use may, and nothing of a work that failed', async () => {
      const first = meterOf({ rateSince: NOW, rateUsed: 3 });
      await saved(first);
      const steady = movedOn(first, { rateSince: null, rateUsed: 0 });
      const more = entryOf({
        ...steady,
        over: 5,
        allowance: 7,
        turn: 9,
        lapsesAt: NOW,
        subscriptionId: null,
      });
      const failed = unitOfWork.run(async ({ meters }) => {
        expect((await meters.settle([more])).size).to.equal(1);
        throw new Error('later');
      });
      expect(await failed.catch((error: unknown) => String(error))).to.equal('Error: later');
      expect(await find(first)).to.deep.equal([first]);
      expect(await lineOf(first)).to.deep.equal(entryOf(first));
      await settle(more);
      expect(await find(first)).to.deep.equal([steady]);
      expect(await lineOf(first)).to.deep.equal(entryOf(steady));
    });

    it('lets one of many move a meter on', async () => {
      await saved(meterOf());
      const attempts = Array.from({ length: 8 }, () => settle(entryOf(movedOn(meterOf()))));
      const sizes = (await Promise.all(attempts)).map(({ size }) => size);
      expect(sizes.toSorted()).to.deep.equal([0, 0, 0, 0, 0, 0, 0, 1]);
    });
  });

  describe('the log', () => usageLogContract(open));
}
