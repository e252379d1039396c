import { expect } from 'chai';
import type { Grant } from '../../src/entitlements/grant.ts';
import type { MeterKey } from '../../src/entitlements/meter.ts';
import type { EntitlementStores } from '../../src/entitlements/ports.ts';
import type { Reservation } from '../../src/entitlements/reservation.ts';
import { after, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';
import { expectLostRace, grantOf, MOST, reservationOf } from './entitlements.fixtures.ts';
import { ALICE, BOB, bumped, NOW } from './playback.fixtures.ts';

type Stores = Pick<EntitlementStores, 'grants' | 'reservations'>;

export function grantsContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...added: readonly Grant[]): Promise<void> =>
    unitOfWork.run(async ({ grants }) => {
      for (const grant of added) await grants.add(grant);
    });
  const saveAll = (...changed: readonly Grant[]): Promise<void> =>
    unitOfWork.run(({ grants }) => grants.saveAll(changed));
  const listOf = (accountId: string): Promise<readonly Grant[]> =>
    unitOfWork.read(({ grants }) => grants.listOf(accountId));
  const aliveOf = (keys: readonly MeterKey[], now: Instant): Promise<readonly Grant[]> =>
    unitOfWork.read(({ grants }) => grants.aliveOf(keys, now));

  it('gives back what was added and saved, to the last field', async () => {
    const added = grantOf({ source: 'gift', amount: MOST, priority: -3, expiresAt: after(NOW, 5) });
    await add(added);
    expect(await listOf(ALICE)).to.deep.equal([added]);
    await saveAll();
    await saveAll(bumped({ ...added, used: MOST }));
    expect(await listOf(ALICE)).to.deep.equal([bumped({ ...added, used: MOST })]);
  });

  it('takes an id once', async () => {
    const first = grantOf();
    await add(first);
    await expectLostRace(add({ ...grantOf({ accountId: BOB }), id: first.id }));
  });

  it('finds the living ones of the meters asked for, the oldest first, each once', async () => {
    const end = after(NOW, 10);
    const [young, old, twin, exports, bobs] = [
      ...[grantOf({ createdAt: after(NOW, 3), expiresAt: end }), grantOf(), grantOf()],
      ...[grantOf({ feature: 'exports', createdAt: after(NOW, 1) }), grantOf({ accountId: BOB })],
    ] as const;
    await add(young, twin, bobs, exports, old, grantOf({ expiresAt: NOW }), grantOf({ feature: 'other' }));
    const asked = [grantOf(), grantOf({ feature: 'exports' }), grantOf({ feature: 'never' }), grantOf()];
    const living = await aliveOf(asked, NOW);
    expect(living).to.deep.equal([old, twin, exports, young]);
    expect(await aliveOf(asked, after(end, -1))).to.deep.equal(living);
    expect(await aliveOf(asked, end)).to.deep.equal([old, twin, exports]);
    expect(await aliveOf([bobs], NOW)).to.deep.equal([bobs]);
    expect(await aliveOf([], NOW)).to.deep.equal([]);
  });

  it('shows a work what it added itself', async () => {
    const added = grantOf();
    const seen = await unitOfWork.run(async ({ grants }) => {
      await grants.add(added);
      return grants.aliveOf([added], NOW);
    });
    expect(seen).to.deep.equal([added]);
  });

  it('lists all that an account was ever given, the oldest first', async () => {
    const [first, second, third] = [
      grantOf({ expiresAt: after(NOW, -1) }),
      grantOf({ feature: 'exports', createdAt: after(NOW, 1) }),
      grantOf({ createdAt: after(NOW, 2) }),
    ] as const;
    await add(third, first, grantOf({ accountId: BOB }), second);
    expect(await listOf(ALICE)).to.deep.equal([first, second, third]);
  });

  it('loses the race for every version but the next, and for all with it', async () => {
    const [one, two] = [grantOf(), grantOf()];
    await add(one, two);
    await expectLostRace(saveAll(bumped(grantOf())));
    for (const version of [1, 3]) await expectLostRace(saveAll({ ...one, used: 9, version }));
    await saveAll(bumped(two));
    await expectLostRace(saveAll(bumped({ ...one, used: 9 }), bumped({ ...two, used: 9 })));
    expect(await listOf(ALICE)).to.deep.equal([one, bumped(two)]);
    await saveAll(bumped({ ...one, used: 1 }), bumped(bumped({ ...two, used: 2 })));
    expect((await listOf(ALICE)).map(({ used }) => used)).to.deep.equal([1, 2]);
  });

  it('purges those that lapsed, so many at a time, and none that a held reservation draws on', async () => {
    const lapsed = (milliseconds: number, accountId = ALICE): Grant =>
      grantOf({ accountId, expiresAt: after(NOW, milliseconds) });
    const [endless, young, drawn, returned] = [grantOf(), lapsed(1), lapsed(-9), lapsed(-9)] as const;
    await add(endless, young, drawn, returned, lapsed(-5), lapsed(0, BOB));
    const on = ({ id }: Grant): Pick<Reservation, 'parts'> => ({
      parts: [
        { source: 'plan', units: 4 },
        { source: `grant ${id}`, units: 1 },
      ],
    });
    await unitOfWork.run(async ({ reservations }) => {
      await reservations.add(reservationOf(on(drawn)));
      await reservations.add(reservationOf({ ...on(returned), status: 'released' }));
    });
    const purge = (border: number, limit = 9): Promise<number> =>
      unitOfWork.run(({ grants }) => grants.purge(after(NOW, border), limit));
    expect([await purge(-10), await purge(0, 2), await purge(0), await purge(0)]).to.deep.equal([0, 2, 1, 0]);
    expect(await listOf(ALICE)).to.have.deep.members([endless, young, drawn]);
    expect(await listOf(BOB)).to.deep.equal([]);
  });

  it('erases an account, so many at a time, and no other', async () => {
    const kept = grantOf({ accountId: BOB });
    await add(grantOf(), grantOf({ feature: 'exports' }), grantOf({ expiresAt: NOW }), kept);
    const erase = (): Promise<number> => unitOfWork.run(({ grants }) => grants.erase(ALICE, 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    expect([await listOf(ALICE), await listOf(BOB)]).to.deep.equal([[], [kept]]);
  });
}
