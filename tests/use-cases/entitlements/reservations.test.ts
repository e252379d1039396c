import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { DAY, instant, SECOND } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import type { Reservation } from '../../../src/entitlements/index.ts';
import {
  entitlementsOn,
  holding,
  ids,
  metered,
  NOTHING,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { refusalOf } from '../../world/playback.ts';
import { onEveryStore } from '../../world/stores.ts';

const OVER = metered({ limit: 10, overage: 'allow', overagePrice: { minor: 25, currency: 'USD' } });

onEveryStore('setting units aside', (open) => {
  let world: EntitlementWorld;
  let unitOfWork: UnitOfWork<AllStores>;
  let account: string;
  beforeEach(async () => {
    unitOfWork = await open();
    world = entitlementsOn(unitOfWork, { everybody: holding([metered({ limit: 10 })]) });
    account = ids.next();
    world.know(account);
  });
  const reserve = async (amount: number, seconds: number | null = null): Promise<Reservation> => {
    const asked = { accountId: account, feature: 'api_calls', onBehalf: false, amount, seconds };
    return (await world.entitlements.reserve(asked)).result;
  };
  const end = (id: string, amount: number | null = null) => ({
    reservationId: id,
    amount,
    accountId: account,
  });
  const left = async (): Promise<number | null> =>
    (await world.entitlements.check({ accountId: account, feature: 'api_calls' })).remaining;

  it('counts as used until it ends, and is held for five minutes', async () => {
    const { id, expiresAt } = await reserve(6);
    expect([await left(), expiresAt - world.now()]).to.deep.equal([4, 300 * SECOND]);
    await world.entitlements.commit(end(id, 1));
    expect(await left()).to.equal(9);
  });

  it('refuses to commit more than was reserved, and what is somebody else’s', async () => {
    const { id } = await reserve(6);
    const { commit, release } = world.entitlements;
    expect((await refusalOf(commit(end(id, 7)))).code).to.equal('entitlements.commits-too-much');
    const stranger = { ...end(id), accountId: ids.next() };
    for (const ask of [
      () => commit(stranger),
      () => release(stranger),
      () => commit(end(ids.next())),
      () => commit(end('nonsense')),
    ])
      expect((await refusalOf(ask())).code).to.equal('request.not-found');
    expect((await commit({ ...end(id), accountId: null })).committed).to.equal(6);
  });

  it('is given back by whoever comes next, in part by part of several', async () => {
    await reserve(3, 60);
    await reserve(4, 120);
    world.pass(60 * SECOND);
    expect(await left()).to.equal(6);
    const [first] = await world.entitlements.recordUsage([
      { accountId: account, feature: 'api_calls', amount: 6, onBehalf: false },
    ]);
    expect(first).to.have.nested.property('result.remaining', 0);
    world.pass(60 * SECOND);
    expect(await left()).to.equal(4);
  });

  it('is given back by the sweep where nobody comes, at its very instant', async () => {
    const { id, expiresAt } = await reserve(3, 60);
    expect(await world.entitlements.nextDueAt(instant(expiresAt + DAY))).to.equal(expiresAt);
    world.turn(instant(expiresAt - 1));
    expect(await world.entitlements.expireReservations(9)).to.deep.equal({ done: 0 });
    world.turn(expiresAt);
    expect(await world.entitlements.expireReservations(9)).to.deep.equal({ done: 1 });
    expect(await world.entitlements.expireReservations(9)).to.deep.equal({ done: 0 });
    expect(await world.entitlements.nextDueAt(instant(expiresAt + DAY))).to.equal(undefined);
    expect((await refusalOf(world.entitlements.commit(end(id)))).code).to.equal(
      'entitlements.reservation-expired',
    );
    const stored = await unitOfWork.read(({ reservations }) => reservations.find(id));
    expect(stored?.status).to.equal('expired');
  });

  it('belongs to the period that it was made in', async () => {
    const { id } = await reserve(10, 86_400);
    world.turn(instant(Date.UTC(2026, 1, 28, 12)));
    // The next month is another day than the one it was made on: it lapsed long since, and gives that month nothing.
    expect(await left()).to.equal(10);
    expect((await refusalOf(world.entitlements.release(end(id)))).code).to.equal(
      'entitlements.reservation-expired',
    );
    expect(await left()).to.equal(10);
  });

  it('made before the turn and committed behind it costs the new period nothing', async () => {
    world.turn(instant(Date.UTC(2026, 1, 28, 11, 59)));
    const { id } = await reserve(10);
    world.turn(instant(Date.UTC(2026, 1, 28, 12)));
    expect(await left()).to.equal(10);
    expect((await world.entitlements.commit(end(id, 4))).committed).to.equal(4);
    expect(await left()).to.equal(10);
  });

  it('is committed whatever became of the plan since', async () => {
    const { id } = await reserve(6);
    world.put(account, NOTHING);
    expect((await world.entitlements.commit(end(id))).status).to.equal('committed');
  });

  it('gives a grant back what it took of it', async () => {
    await world.entitlements.grant({
      ...{ actor: operator, accountId: account, feature: 'api_calls', source: 'gift', amount: 5 },
      ...{ priority: 1, expiresAt: null },
    });
    const { id } = await reserve(8);
    await world.entitlements.commit(end(id, 2));
    const [grant] = await world.entitlements.grantsOf(account);
    expect([grant?.used, await left()]).to.deep.equal([2, 13]);
  });

  it('is billed over the limit by what was committed alone', async () => {
    world.put(account, holding([OVER]));
    const { id } = await reserve(14);
    expect(await world.entitlements.overageOf(account)).to.deep.equal([]);
    await world.entitlements.commit(end(id, 13));
    const reading = { feature: 'api_calls', unitPriceMinor: 25, currency: 'USD' };
    expect(await world.entitlements.overageOf(account)).to.deep.equal([{ ...reading, units: 3 }]);
    expect((await world.entitlements.usage(account))[0]).to.include({ used: 13, overage: 3 });
  });

  it('that a back end made is that back end’s to end, not the account’s', async () => {
    const asked = { accountId: account, feature: 'api_calls', onBehalf: true, amount: 6, seconds: null };
    const { id } = (await world.entitlements.reserve(asked)).result;
    const { commit, release } = world.entitlements;
    for (const ask of [() => release(end(id)), () => commit(end(id, 0))])
      expect((await refusalOf(ask())).code).to.equal('request.not-found');
    expect((await commit({ ...end(id, 2), accountId: null })).committed).to.equal(2);
  });

  it('and using units with one key wait for one another, and not in a circle', async function () {
    this.timeout(10_000);
    const use = { accountId: account, feature: 'api_calls', onBehalf: false, amount: 1 };
    for (let round = 0; round < 10; round += 1) {
      const idempotency = { key: `account:${account}:${round}`, fingerprint: 'f' };
      const settled = await Promise.allSettled([
        world.entitlements.reserve({ ...use, seconds: null, idempotency }),
        world.entitlements.consume({ ...use, idempotency }),
        world.entitlements.reserve({ ...use, seconds: null, idempotency }),
      ]);
      const fates = settled.map((each) => (each.status === 'fulfilled' ? 'done' : String(each.reason)));
      // One of them counts; the others are told what it was told.
      expect(fates.filter((fate) => fate !== 'done')).to.deep.equal([]);
      expect(await left()).to.equal(9 - round);
    }
  });

  it('says how it stands as of now, with what lapsed given back', async () => {
    await reserve(10, 60);
    world.pass(60 * SECOND);
    const { verdict } = await world.entitlements.explain(account, 'api_calls', world.now());
    expect(verdict).to.include({ allowed: true, used: 0 });
  });

  it('reserves once per key', async () => {
    const idempotency = { key: `account:${account}:one`, fingerprint: 'f' };
    const asked = {
      accountId: account,
      feature: 'api_calls',
      onBehalf: false,
      amount: 4,
      seconds: null,
      idempotency,
    };
    const [first, again] = [await world.entitlements.reserve(asked), await world.entitlements.reserve(asked)];
    expect([first.replayed, again.replayed]).to.deep.equal([false, true]);
    expect(again.result).to.deep.equal(first.result);
    expect(await left()).to.equal(6);
  });
});
