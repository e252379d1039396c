import { expect } from 'chai';
import { keyOf, type MeterKey } from '../../src/entitlements/meter.ts';
import type { EntitlementStores } from '../../src/entitlements/ports.ts';
import { expired, type Reservation } from '../../src/entitlements/reservation.ts';
import { after, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';
import { expectLostRace, MOST, reservationOf } from './entitlements.fixtures.ts';
import { ALICE, BOB, bumped, nextId, NOW } from './playback.fixtures.ts';

type Stores = Pick<EntitlementStores, 'reservations'>;

const lapsingAt = (milliseconds: number, changes: Partial<Reservation> = {}): Reservation =>
  reservationOf({ expiresAt: after(NOW, milliseconds), ...changes });

/** Every way in which one can have ended, as if it had lapsed first of all. */
const endedOnes = (): readonly Reservation[] => [
  lapsingAt(-99, { status: 'committed', committed: 5 }),
  lapsingAt(-99, { status: 'released' }),
  lapsingAt(-99, { status: 'expired' }),
];

export function reservationsContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...added: readonly Reservation[]): Promise<void> =>
    unitOfWork.run(async ({ reservations }) => {
      for (const reservation of added) await reservations.add(reservation);
    });
  const saveAll = (...changed: readonly Reservation[]): Promise<void> =>
    unitOfWork.run(({ reservations }) => reservations.saveAll(changed));
  const find = (id: string): Promise<Reservation | undefined> =>
    unitOfWork.read(({ reservations }) => reservations.find(id));

  it('gives back what was added and saved, to the last field', async () => {
    const plain = reservationOf();
    const priced = reservationOf({
      amount: MOST,
      parts: [
        { source: 'plan', units: 1 },
        { source: `rollover ${NOW}`, units: 2 },
        { source: `grant ${nextId()}`, units: 3 },
        { source: 'overage', units: MOST - 6 },
      ],
      turn: 12,
      overagePrice: { feature: 'downloads', unitPriceMinor: 25, currency: 'EUR' },
    });
    await add(plain, priced);
    expect([await find(plain.id), await find(priced.id)]).to.deep.equal([plain, priced]);
    const committed = bumped({ ...priced, status: 'committed' as const, committed: MOST });
    await saveAll(committed, expired(plain));
    await saveAll();
    expect([await find(plain.id), await find(priced.id)]).to.deep.equal([expired(plain), committed]);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('takes an id once', async () => {
    const first = reservationOf();
    await add(first);
    await expectLostRace(add({ ...reservationOf({ accountId: BOB }), id: first.id }));
  });

  it('loses the race for every version but the next, and for all with it', async () => {
    const [one, two] = [reservationOf(), reservationOf()];
    await add(one, two);
    await expectLostRace(saveAll(bumped(reservationOf())));
    for (const version of [1, 3]) await expectLostRace(saveAll({ ...expired(one), version }));
    await saveAll(expired(two));
    await expectLostRace(saveAll(expired(one), { ...expired(two), status: 'released' }));
    expect([await find(one.id), await find(two.id)]).to.deep.equal([one, expired(two)]);
  });

  describe('what is due', () => {
    const due = async (keys: readonly MeterKey[], now: Instant, limit = 9) => {
      const found = await unitOfWork.read(({ reservations }) => reservations.due(keys, now, limit));
      return { ids: found.lapsed.map(({ id }) => id), next: Object.fromEntries(found.next) };
    };

    it('is what lapsed of the meters asked for, the oldest first, and what lapses next', async () => {
      const [late, early, coming, far] = [lapsingAt(0), lapsingAt(-9), lapsingAt(7), lapsingAt(8)] as const;
      const exported = lapsingAt(3, { feature: 'exports' });
      await add(far, late, coming, early, exported, ...endedOnes(), lapsingAt(-5, { accountId: BOB }));
      const asked = [reservationOf(), exported, reservationOf({ feature: 'never' }), reservationOf()];
      expect(await due(asked, NOW)).to.deep.equal({
        ids: [early.id, late.id],
        next: { [keyOf(coming)]: coming.expiresAt, [keyOf(exported)]: exported.expiresAt },
      });
      expect((await due(asked, after(NOW, -1))).ids).to.deep.equal([early.id]);
      expect((await due(asked, after(NOW, -10))).next[keyOf(early)]).to.equal(early.expiresAt);
      expect(await due([reservationOf()], after(NOW, 8))).to.deep.equal({
        ids: [early.id, late.id, coming.id, far.id],
        next: {},
      });
      expect(await due([], NOW)).to.deep.equal({ ids: [], next: {} });
    });

    it('is at most so many, and then the next is among those that lapsed already', async () => {
      const same = [lapsingAt(-5), lapsingAt(-5), lapsingAt(-5)].toSorted((a, b) => (a.id < b.id ? -1 : 1));
      const [one, two, three] = same as [Reservation, Reservation, Reservation];
      const exported = lapsingAt(-7, { feature: 'exports' });
      await add(three, one, two, exported, lapsingAt(9));
      const asked = [one, exported];
      expect(await due(asked, NOW, 2)).to.deep.equal({
        ids: [exported.id, one.id],
        next: { [keyOf(one)]: two.expiresAt },
      });
      expect(await due(asked, NOW, 4)).to.deep.equal({
        ids: [exported.id, one.id, two.id, three.id],
        next: { [keyOf(one)]: after(NOW, 9) },
      });
    });

    it('names the meters, each once, of what lapsed and is held still', async () => {
      const [a, b] = [lapsingAt(-1), lapsingAt(-2, { accountId: BOB, feature: 'exports' })] as const;
      await add(a, lapsingAt(-3), b, ...endedOnes(), lapsingAt(1, { feature: 'other' }));
      const meters = (now: Instant, limit: number): Promise<readonly MeterKey[]> =>
        unitOfWork.read(({ reservations }) => reservations.lapsedMeters(now, limit));
      const [alices, bobs] = [
        { accountId: ALICE, feature: 'downloads' },
        { accountId: BOB, feature: 'exports' },
      ];
      expect(await meters(NOW, 9)).to.have.deep.members([alices, bobs]);
      expect(await meters(NOW, 1)).to.have.length(1);
      expect(await meters(after(NOW, -3), 9)).to.deep.equal([alices]);
      expect(await meters(after(NOW, -4), 9)).to.deep.equal([]);
    });

    it('tells when the first one lapses', async () => {
      await add(lapsingAt(5), lapsingAt(3), ...endedOnes());
      const next = (until: number): Promise<Instant | undefined> =>
        unitOfWork.read(({ reservations }) => reservations.nextLapseAt(after(NOW, until)));
      expect([await next(2), await next(3), await next(99)]).to.deep.equal([
        undefined,
        after(NOW, 3),
        after(NOW, 3),
      ]);
    });
  });

  it('purges those that ended and whose time was over, so many at a time, and none that is held', async () => {
    const [held, young] = [lapsingAt(-99), lapsingAt(-9, { status: 'released' })] as const;
    await add(held, young, ...endedOnes(), lapsingAt(-99, { accountId: BOB, status: 'released' }));
    const purge = (border: number, limit = 9): Promise<number> =>
      unitOfWork.run(({ reservations }) => reservations.purge(after(NOW, border), limit));
    expect([await purge(-100), await purge(-99, 3), await purge(-10), await purge(-10)]).to.deep.equal([
      0, 3, 1, 0,
    ]);
    expect([await find(held.id), await find(young.id)]).to.deep.equal([held, young]);
    expect([await purge(-9), await find(young.id)]).to.deep.equal([1, undefined]);
  });

  it('erases an account, so many at a time, and no other', async () => {
    const [kept, own] = [reservationOf({ accountId: BOB }), reservationOf()];
    await add(kept, own, ...endedOnes().slice(1));
    const erase = (): Promise<number> => unitOfWork.run(({ reservations }) => reservations.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect([await find(own.id), await find(kept.id)]).to.deep.equal([undefined, kept]);
  });
}
