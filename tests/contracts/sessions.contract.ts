import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, before, DAY, HOUR } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { identityPolicy } from '../../src/identity/policy.ts';
import type { IdentityStores } from '../../src/identity/ports.ts';
import { ended, rotated, tokenOf, type Session } from '../../src/identity/session.ts';
import { account, session } from '../world/accounts.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import { firstError } from './identity.contract.ts';
import type { Open } from './contract.ts';

export function sessionsContract(open: Open<IdentityStores>): void {
  let unitOfWork: UnitOfWork<IdentityStores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (...all: readonly Session[]): Promise<void> =>
    unitOfWork.run(async ({ sessions }) => {
      for (const each of all) {
        await sessions.add(each);
        await sessions.addToken(tokenOf(each));
      }
    });
  const find = (id: string): Promise<Session | undefined> =>
    unitOfWork.read(({ sessions }) => sessions.find(id));

  it('gives back what was added, to the last field, also by each of its tokens', async () => {
    const made = session({ deviceId: 'tv', deviceName: 'Living room' });
    await add(made);
    expect(await find(made.id)).to.deep.equal(made);
    const next = rotated(made, 'second digest', after(NOW, HOUR), identityPolicy);
    await unitOfWork.run(async ({ sessions }) => {
      await sessions.save(next);
      await sessions.addToken(tokenOf(next));
    });
    const byToken = (digest: string) => unitOfWork.read(({ sessions }) => sessions.findByToken(digest));
    expect(await byToken(made.tokenDigest)).to.deep.equal({ session: next, generation: 1 });
    expect(await byToken('second digest')).to.deep.equal({ session: next, generation: 2 });
    expect(await byToken('unknown')).to.equal(undefined);
  });

  it('refuses to save over a newer version, and a token twice', async () => {
    const made = session();
    await add(made);
    await unitOfWork.run(({ sessions }) => sessions.save(ended(made, 'log-out', NOW)));
    const stale = await firstError(unitOfWork, ({ sessions }) =>
      sessions.save(rotated(made, 'x', NOW, identityPolicy)),
    );
    expect(stale).to.be.instanceOf(LostRace);
    const twice = await firstError(unitOfWork, ({ sessions }) => sessions.addToken(tokenOf(made)));
    expect(twice).to.not.equal(undefined);
  });

  it('lists the live ones of an account newest first, page by page', async () => {
    const accountId = nextId();
    const live = [1, 2, 3].map((hour) => session({ accountId, createdAt: after(NOW, hour * HOUR) }));
    const over = ended(session({ accountId }), 'log-out', NOW);
    const expired = session({ accountId, expiresAt: NOW });
    await add(...live, over, expired, session());
    const first = await unitOfWork.read(({ sessions }) => sessions.list(accountId, { limit: 2 }, NOW));
    expect(first.items.map(({ id }) => id)).to.deep.equal([live[2]?.id, live[1]?.id]);
    const cursor = first.nextCursor ?? undefined;
    const rest = await unitOfWork.read(({ sessions }) => sessions.list(accountId, { limit: 2, cursor }, NOW));
    expect(rest.items.map(({ id }) => id)).to.deep.equal([live[0]?.id]);
    expect(await unitOfWork.read(({ sessions }) => sessions.all(accountId, 9))).to.have.length(5);
  });

  it('knows the devices that an account had, and no others', async () => {
    const made = session({ deviceId: 'tv' });
    await add(ended(made, 'log-out', NOW));
    const knows = (accountId: string, deviceId: string): Promise<boolean> =>
      unitOfWork.read(({ sessions }) => sessions.knowsDevice(accountId, deviceId));
    expect(await knows(made.accountId, 'tv')).to.equal(true);
    expect(await knows(made.accountId, 'phone')).to.equal(false);
    expect(await knows(nextId(), 'tv')).to.equal(false);
  });

  it('ends all of an account but one, moving their versions on', async () => {
    const accountId = nextId();
    const [kept, gone, over] = [session({ accountId }), session({ accountId }), session({ accountId })];
    const before = ended(over, 'log-out', NOW);
    const others = session();
    await add(kept, gone, before, others);
    const now = after(NOW, HOUR);
    const ids = await unitOfWork.run(({ sessions }) =>
      sessions.endAll(accountId, { reason: 'password-changed', now, exceptId: kept.id }),
    );
    expect(ids).to.deep.equal([gone.id]);
    expect(await find(gone.id)).to.deep.equal(ended(gone, 'password-changed', now));
    expect(await find(kept.id)).to.deep.equal(kept);
    expect(await find(before.id)).to.deep.equal(before);
    expect(await find(others.id)).to.deep.equal(others);
  });

  it('tells which claims are alive, in their order', async () => {
    const admin = account({ isAdmin: true, tokenVersion: 3 });
    const banned = account({ suspendedAt: NOW });
    const live = session({ accountId: admin.id });
    const logged = ended(session({ accountId: admin.id }), 'log-out', NOW);
    const theirs = session({ accountId: banned.id });
    await unitOfWork.run(async ({ accounts }) => {
      for (const each of [admin, banned]) await accounts.add(each);
    });
    await add(live, logged, theirs);
    const claim = (accountId: string, sessionId: string, tokenVersion: number) => ({
      accountId,
      sessionId,
      tokenVersion,
    });
    const claims = [
      claim(admin.id, nextId(), 3),
      claim(admin.id, live.id, 3),
      claim(admin.id, live.id, 2),
      claim(banned.id, live.id, 3),
      claim(admin.id, logged.id, 3),
      claim(banned.id, theirs.id, 1),
    ];
    const alive = await unitOfWork.read(({ sessions }) => sessions.alive(claims, NOW));
    const dead = undefined;
    expect(alive).to.deep.equal([dead, { isAdmin: true }, dead, dead, dead, dead]);
    const expired = await unitOfWork.read(({ sessions }) => sessions.alive(claims, live.expiresAt));
    expect(expired).to.deep.equal([dead, dead, dead, dead, dead, dead]);
    expect(await unitOfWork.read(({ sessions }) => sessions.alive([], NOW))).to.deep.equal([]);
  });

  it('forgets sessions long over with their tokens, a bounded number at a time', async () => {
    const long = [session(), session()].map((each) => ended(each, 'log-out', before(NOW, DAY)));
    const just = ended(session(), 'log-out', NOW);
    const expired = session({ expiresAt: before(NOW, DAY) });
    await add(...long, just, expired, session());
    const purge = (limit: number): Promise<number> =>
      unitOfWork.run(({ sessions }) => sessions.purge(before(NOW, HOUR), limit));
    expect(await purge(2)).to.equal(2);
    expect(await purge(9)).to.equal(1);
    expect(await find(just.id)).to.not.equal(undefined);
    const token = await unitOfWork.read(({ sessions }) => sessions.findByToken(expired.tokenDigest));
    expect(token).to.equal(undefined);
  });

  it('forgets every session of one account with its tokens', async () => {
    const [made, others] = [session(), session()];
    await add(made, others);
    await unitOfWork.run(({ sessions }) => sessions.removeAll(made.accountId));
    expect(await find(made.id)).to.equal(undefined);
    expect(await unitOfWork.read(({ sessions }) => sessions.findByToken(made.tokenDigest))).to.equal(
      undefined,
    );
    expect(await find(others.id)).to.deep.equal(others);
  });
}
