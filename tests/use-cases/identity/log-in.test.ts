import { expect } from 'chai';
import { HOUR, MINUTE, SECOND } from '../../../src/kernel/instant.ts';
import {
  actorOf,
  EMAIL,
  HOME,
  identityWorld,
  PASSWORD,
  refusalOf,
  type IdentityWorld,
} from '../../world/identity.ts';
import { openers } from '../../world/stores.ts';

const WRONG = 'identity.wrong-credentials';

describe('logging in', () => {
  let world: IdentityWorld;
  beforeEach(async () => {
    const { unitOfWork } = await openers.memory();
    world = identityWorld(unitOfWork);
    await world.register();
    world.passwords.spent();
  });
  const wrong = (deviceId: string | null = null): Promise<string> =>
    refusalOf(world.logIn({ password: 'not the password', deviceId }));
  const failTimes = async (times: number, deviceId: string | null = null): Promise<void> => {
    for (let time = 0; time < times; time += 1) expect(await wrong(deviceId)).to.equal(WRONG);
  };

  it('starts a session, whatever the case of the address', async () => {
    const loggedIn = await world.logIn({ email: ' ADA@example.com' });
    expect(loggedIn).to.include({ tokenType: 'Bearer', expiresInSeconds: 600 });
    expect(loggedIn.account).to.include({ email: EMAIL, role: 'normal', isVerified: false });
    const [alive] = await world.identity.sessionsAlive([
      { accountId: loggedIn.account.id, sessionId: loggedIn.sessionId, tokenVersion: 1 },
    ]);
    expect(alive).to.deep.equal({ isAdmin: false });
  });

  it('costs one hash on every branch', async () => {
    const cost = async (attempt: Promise<unknown>): Promise<number> => {
      await attempt;
      return world.passwords.spent();
    };
    expect(await cost(world.logIn())).to.equal(1);
    expect(await cost(refusalOf(world.logIn({ email: 'nobody@example.com' })))).to.equal(1);
    expect(await cost(wrong())).to.equal(1);
    await failTimes(5);
    world.passwords.spent();
    expect(await cost(wrong()), 'delayed').to.equal(1);
    const ada = await world.stores.read(({ accounts }) => accounts.findByEmail(EMAIL));
    await world.identity.suspendAccount({
      actor: { kind: 'system', job: 'test' },
      accountId: ada?.id ?? '',
      address: null,
    });
    world.systemClock.advance(HOUR);
    expect(await cost(refusalOf(world.logIn())), 'suspended').to.equal(1);
  });

  it('refuses an unknown address and a wrong password alike', async () => {
    expect(await wrong()).to.equal(WRONG);
    expect(await refusalOf(world.logIn({ email: 'nobody@example.com' }))).to.equal(WRONG);
  });

  it('lets five failures pass, then delays the right password too, with the same answer', async () => {
    await failTimes(5);
    await world.logIn();
    await failTimes(6);
    expect(await refusalOf(world.logIn())).to.equal(WRONG);
    world.systemClock.advance(SECOND);
    await world.logIn();
  });

  it('counts nothing while it is delayed', async () => {
    await failTimes(6);
    await failTimes(20);
    world.systemClock.advance(SECOND);
    await world.logIn();
  });

  it('is not delayed for ever, and not by the clock of the world', async () => {
    for (let time = 0; time < 40; time += 1) {
      await wrong();
      world.systemClock.advance(15 * MINUTE);
    }
    await wrong();
    world.clock.advance(100 * HOUR);
    expect(await refusalOf(world.logIn())).to.equal(WRONG);
    world.systemClock.advance(15 * MINUTE);
    await world.logIn();
  });

  it('is not delayed on a device that has had a session, by strangers', async () => {
    await world.logIn({ deviceId: 'tv' });
    await failTimes(12);
    await failTimes(12, 'another');
    expect(await refusalOf(world.logIn({ deviceId: 'phone' }))).to.equal(WRONG);
    await world.logIn({ deviceId: 'tv' });
  });

  it('does not let a known device guess without end', async () => {
    await world.logIn({ deviceId: 'tv' });
    await failTimes(21, 'tv');
    expect(await refusalOf(world.logIn({ deviceId: 'tv' }))).to.equal(WRONG);
  });

  it('gains nothing by guessing side by side', async () => {
    const guesses = Array.from({ length: 60 }, (_, index) =>
      refusalOf(world.logIn({ password: index === 40 ? 'three blind mice' : `guess number ${index}` })),
    );
    expect(new Set(await Promise.all(guesses))).to.deep.equal(new Set([WRONG]));
  });

  it('lets many devices of one person in at once', async () => {
    const logIns = Array.from({ length: 20 }, (_, index) => world.logIn({ deviceId: `device ${index}` }));
    expect(new Set((await Promise.all(logIns)).map(({ sessionId }) => sessionId)).size).to.equal(20);
  });

  it('hashes the password anew when the parameters changed', async () => {
    world.passwords.changeParameters();
    await world.logIn();
    expect(world.passwords.spent()).to.equal(2);
    await world.logIn();
    expect(world.passwords.spent()).to.equal(1);
  });

  it('tells only who knows the password that the account is suspended, and ends its sessions', async () => {
    const loggedIn = await world.logIn();
    const { id: accountId } = loggedIn.account;
    const admin = { kind: 'system', job: 'test' } as const;
    const suspended = await world.identity.suspendAccount({ actor: admin, accountId, address: null });
    expect(await wrong()).to.equal(WRONG);
    expect(await refusalOf(world.logIn())).to.equal('identity.account-suspended');
    const claim = { accountId, sessionId: loggedIn.sessionId, tokenVersion: suspended.tokenVersion };
    expect(await world.identity.sessionsAlive([claim])).to.deep.equal([undefined]);
    const refresh = { refresh: loggedIn.refresh, ...HOME };
    expect(await refusalOf(world.identity.refreshSession(refresh))).to.equal('identity.refresh-invalid');
    await world.identity.reinstateAccount({ actor: admin, accountId, address: null });
    await world.logIn();
  });

  it('writes each log-in and each failure to the audit log, without the address that was tried', async () => {
    await world.logIn();
    await wrong();
    await refusalOf(world.logIn({ email: 'nobody@example.com' }));
    const { items } = await world.identity.listAudit({ limit: 9 }, { accountId: null });
    const actions = items.map(({ action }) => action).sort();
    expect(actions).to.deep.equal(['account.registered', 'login.failed', 'login.failed', 'login.succeeded']);
    expect(JSON.stringify(items)).to.not.include('@example.com');
  });
});

describe('the sessions of an account', () => {
  let world: IdentityWorld;
  beforeEach(async () => {
    const { unitOfWork } = await openers.memory();
    world = identityWorld(unitOfWork);
    await world.register();
  });

  it('are listed and ended by their owner, and not found for anybody else', async () => {
    const [here, there] = [await world.logIn({ deviceId: 'tv' }), await world.logIn()];
    await world.register('bob@example.com');
    const bob = actorOf(await world.logIn({ email: 'bob@example.com' }));
    const ada = actorOf(here);
    const end = (actor: typeof ada, id: string): Promise<string> =>
      refusalOf(world.identity.endSession({ actor, id, address: HOME.address }));
    expect(await end(bob, here.sessionId)).to.equal('request.not-found');
    expect(await end(ada, 'no such id')).to.equal('request.not-found');
    expect(await refusalOf(world.identity.findSession(bob, here.sessionId))).to.equal('request.not-found');
    expect((await world.identity.listSessions(ada, { limit: 9 })).items).to.have.length(2);
    expect(await end(ada, there.sessionId)).to.equal('accepted');
    expect(await end(ada, there.sessionId)).to.equal('request.not-found');
    const left = await world.identity.listSessions(ada, { limit: 9 });
    expect(left.items.map(({ id }) => id)).to.deep.equal([here.sessionId]);
  });

  it('end by logging out, also another of the own by its refresh token, never a stranger’s', async () => {
    const [here, there] = [await world.logIn(), await world.logIn()];
    await world.register('bob@example.com');
    const bob = await world.logIn({ email: 'bob@example.com' });
    const { address } = HOME;
    await world.identity.logOut({ actor: actorOf(bob), refresh: here.refresh, address });
    await world.identity.logOut({ actor: actorOf(here), refresh: there.refresh, address });
    const alive = await world.identity.sessionsAlive(
      [here, there, bob].map(({ account, sessionId }) => ({
        accountId: account.id,
        sessionId,
        tokenVersion: 1,
      })),
    );
    expect(alive).to.deep.equal([undefined, undefined, undefined]);
    const refused = await refusalOf(world.identity.refreshSession({ refresh: there.refresh, ...HOME }));
    expect(refused).to.equal('identity.refresh-invalid');
    await world.identity.logOut({ actor: actorOf(here), refresh: 'unknown', address });
  });

  it('of others are left alone by a log-out with their refresh token', async () => {
    await world.register('bob@example.com');
    const [ada, bob] = [await world.logIn(), await world.logIn({ email: 'bob@example.com' })];
    await world.identity.logOut({ actor: actorOf(bob), refresh: ada.refresh, address: HOME.address });
    await world.identity.refreshSession({ refresh: ada.refresh, ...HOME });
  });

  it('are forgotten at once by whoever remembers that they lived', async () => {
    const forgotten: string[] = [];
    const { unitOfWork } = await openers.memory();
    world = identityWorld(
      unitOfWork,
      {},
      { sessionMemory: { forget: (ids) => void forgotten.push(...ids) } },
    );
    const accountId = await world.register();
    const all = [await world.logIn(), await world.logIn(), await world.logIn(), await world.logIn()];
    const [first, second, third, fourth] = all.map(({ sessionId }) => sessionId);
    const actor = actorOf(await world.logIn());
    const { address } = HOME;
    await world.identity.endSession({ actor, id: first ?? '', address });
    await world.identity.logOut({ actor: { ...actor, sessionId: second ?? '' }, refresh: null, address });
    expect(forgotten).to.deep.equal([first, second]);
    await world.identity.changePassword({
      actor,
      oldPassword: PASSWORD,
      newPassword: 'see how they run',
      address,
    });
    expect(forgotten.slice(2)).to.have.members([third, fourth]);
    const own = world.identity.suspendAccount({ actor, accountId, address });
    expect(await refusalOf(own)).to.equal('identity.self-suspension');
    expect(forgotten).to.have.length(4);
    await world.identity.suspendAccount({ actor: { kind: 'system', job: 'tests' }, accountId, address });
    expect(forgotten.slice(4)).to.deep.equal([actor.sessionId]);
  });
});
