import { expect } from 'chai';
import { DAY } from '../../../src/kernel/instant.ts';
import { identityPolicy, type IdentityDeps } from '../../../src/identity/index.ts';
import {
  actorOf,
  EMAIL,
  HOME,
  identityWorld,
  PASSWORD,
  refusalOf,
  type IdentityWorld,
} from '../../world/identity.ts';
import { NOW } from '../../world/subscriptions.ts';
import { openers } from '../../world/stores.ts';
import { after } from '../../../src/kernel/instant.ts';

const { address } = HOME;
const PNG = Uint8Array.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 1]);
const SYSTEM = { kind: 'system', job: 'admin' } as const;

async function open(changes: Partial<IdentityDeps> = {}): Promise<IdentityWorld> {
  const { unitOfWork } = await openers.memory();
  return identityWorld(unitOfWork, {}, changes);
}

describe('a profile', () => {
  it('shows the role of the moment, and keeps what an edit leaves out', async () => {
    const world = await open({ levels: { levelOf: async () => 'basic' } });
    await world.register();
    const actor = actorOf(await world.logIn());
    const changes = { name: 'Ada', bio: '🦀'.repeat(250), phone: '+442071838750' };
    await world.identity.editProfile({ actor, changes });
    const edited = await world.identity.editProfile({ actor, changes: { bio: null, name: undefined } });
    expect(edited).to.include({ name: 'Ada', bio: null, phone: '+442071838750', role: 'premium' });
  });

  it('refuses what is too long, and what is no phone number', async () => {
    const world = await open();
    await world.register();
    const actor = actorOf(await world.logIn());
    for (const changes of [{ name: 'x'.repeat(101) }, { bio: 'x'.repeat(251) }, { phone: '0207' }])
      expect(await refusalOf(world.identity.editProfile({ actor, changes }))).to.equal('request.invalid');
  });

  it('takes a picture by its bytes, and drops the one before', async () => {
    const world = await open();
    await world.register();
    const actor = actorOf(await world.logIn());
    const change = (bytes: Uint8Array) => world.identity.changePicture({ actor, bytes });
    const first = (await change(PNG)).pictureUrl ?? '';
    const second = (await change(Uint8Array.from([...PNG, 2]))).pictureUrl ?? '';
    const read = (url: string) => world.identity.readPicture(url.slice(url.lastIndexOf('/') + 1));
    expect(await read(first)).to.equal(undefined);
    expect(await read(second)).to.deep.include({ type: 'image/png' });
    expect(await refusalOf(change(Buffer.from('<svg/>')))).to.equal('identity.picture-unsupported');
    const large = new Uint8Array(identityPolicy.pictureMaxBytes + 1);
    large.set(PNG);
    expect(await refusalOf(change(large))).to.equal('identity.picture-too-large');
  });

  it('keeps a picture that is saved, though the answer fails', async () => {
    let down = false;
    const levelOf = async (): Promise<'free'> => {
      if (down) throw new Error('the neighbour is down');
      return 'free';
    };
    const world = await open({ levels: { levelOf } });
    await world.register();
    const actor = actorOf(await world.logIn());
    down = true;
    const failure: unknown = await world.identity
      .changePicture({ actor, bytes: PNG })
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(Error);
    down = false;
    const url = (await world.identity.showProfile(actor)).pictureUrl ?? '';
    const kept = await world.identity.readPicture(url.slice(url.lastIndexOf('/') + 1));
    expect(kept).to.deep.include({ type: 'image/png' });
  });
});

describe('an export', () => {
  it('holds profile, sessions, security events and the parts of other contexts, and no secret', async () => {
    const part = { name: 'payments', export: async (accountId: string) => [{ accountId }] };
    const world = await open({ exportParts: () => [part] });
    const accountId = await world.register();
    const loggedIn = await world.logIn({ deviceId: 'tv' });
    const held = await world.identity.exportAccount(actorOf(loggedIn));
    expect(held.profile.email).to.equal(EMAIL);
    expect(held.sessions.map(({ deviceId }) => deviceId)).to.deep.equal(['tv']);
    expect(held.securityEvents.map(({ action }) => action)).to.include('login.succeeded');
    expect(held.parts).to.deep.equal({ payments: [{ accountId }] });
    expect(JSON.stringify(held.profile)).to.not.include('hash');
  });
});

describe('deleting an account', () => {
  it('erases what is personal, ends the sessions and frees the address', async () => {
    const world = await open();
    const accountId = await world.register();
    const loggedIn = await world.logIn({ deviceId: 'tv' });
    const actor = actorOf(loggedIn);
    await world.identity.editProfile({
      actor,
      changes: { name: 'Ada', bio: 'Counts', phone: '+442071838750' },
    });
    await world.identity.changePicture({ actor, bytes: PNG });
    const remove = (password: string) =>
      refusalOf(world.identity.deleteAccount({ actor, password, address }));
    expect(await remove('wrong')).to.equal('identity.wrong-password');
    expect(await remove(PASSWORD)).to.equal('accepted');
    const left = await world.identity.findAccount(accountId);
    expect(left).to.include({ name: null, bio: null, phone: null, pictureUrl: null, passwordHash: '' });
    expect(JSON.stringify(left)).to.not.include('ada');
    expect(await world.stores.read(({ sessions }) => sessions.all(accountId, 9))).to.deep.equal([]);
    expect(await world.identity.contactsOf([accountId])).to.deep.equal([]);
    expect(await refusalOf(world.logIn())).to.equal('identity.wrong-credentials');
    expect(await refusalOf(world.logIn({ email: left.email }))).to.equal('identity.wrong-credentials');
    const refreshed = world.identity.refreshSession({ refresh: loggedIn.refresh, ...HOME });
    expect(await refusalOf(refreshed)).to.equal('identity.refresh-invalid');
    expect(await world.register()).to.not.equal(accountId);
  });
});

describe('making an admin', () => {
  it('creates one, verified; again changes nothing; an account that exists is promoted', async () => {
    const world = await open();
    const make = (email: string) =>
      world.identity.createAdmin({ actor: SYSTEM, email, password: 'a root of trust' });
    const first = await make('root@example.com');
    expect(first.outcome).to.equal('created');
    expect(await make('ROOT@example.com')).to.deep.equal({ ...first, outcome: 'was-admin' });
    const accountId = await world.register();
    expect(await make(EMAIL)).to.deep.equal({ accountId, outcome: 'promoted' });
    const loggedIn = await world.logIn();
    expect(loggedIn.account).to.include({ role: 'admin', isVerified: true });
    const weak = world.identity.createAdmin({ actor: SYSTEM, email: 'x@example.com', password: 'password' });
    expect(await refusalOf(weak)).to.equal('identity.weak-password');
  });
});

describe('accounts that nobody verified or used', () => {
  const sweep = async (world: IdentityWorld): Promise<number> =>
    (await world.identity.sweepUnverified(9)).done;
  const isThere = async (world: IdentityWorld, id: string): Promise<boolean> =>
    (await refusalOf(world.identity.findAccount(id))) === 'accepted';

  async function required(used: readonly string[] = []): Promise<IdentityWorld> {
    const { unitOfWork } = await openers.memory();
    const accountUse = { everUsed: async (ids: readonly string[]) => ids.filter((id) => used.includes(id)) };
    return identityWorld(unitOfWork, { emailVerification: 'required' }, { accountUse });
  }

  it('go after a day of the world’s clock, not before', async () => {
    const world = await required();
    const id = await world.register();
    expect(await world.identity.nextDueAt(after(NOW, 9 * DAY))).to.equal(after(NOW, DAY));
    world.clock.advance(DAY - 1);
    expect(await sweep(world)).to.equal(0);
    world.clock.advance(1);
    expect(await sweep(world)).to.equal(1);
    expect(await isThere(world, id)).to.equal(false);
    expect(await world.identity.nextDueAt(after(NOW, 9 * DAY))).to.equal(undefined);
  });

  it('stay when verified, suspended, or ever paid or subscribed', async () => {
    const used: string[] = [];
    const world = await required(used);
    const [payer, proven, banned] = [
      await world.register('payer@example.com'),
      await world.register('proven@example.com'),
      await world.register('banned@example.com'),
    ];
    used.push(payer);
    const code = await world.code('proven@example.com', 'verify-email');
    await world.identity.verifyEmail({ email: 'proven@example.com', code, address });
    await world.identity.suspendAccount({ actor: SYSTEM, accountId: banned, address: null });
    world.clock.advance(9 * DAY);
    expect(await sweep(world)).to.equal(1);
    expect(await sweep(world), 'not looked at again').to.equal(0);
    for (const id of [payer, proven, banned]) expect(await isThere(world, id)).to.equal(true);
  });

  it('stay when verification is optional', async () => {
    const world = await open();
    await world.register();
    world.clock.advance(9 * DAY);
    expect(await sweep(world)).to.equal(0);
    expect(await world.identity.nextDueAt(after(NOW, 9 * DAY))).to.equal(undefined);
  });
});

describe('what is long over', () => {
  it('is cleared by the system’s time', async () => {
    const world = await open();
    const accountId = await world.register();
    const loggedIn = await world.logIn();
    await refusalOf(world.logIn({ password: 'wrong' }));
    await world.identity.logOut({ actor: actorOf(loggedIn), refresh: null, address });
    world.clock.advance(999 * DAY);
    expect(await world.identity.sweepExpired(9)).to.deep.equal({ done: 0 });
    world.systemClock.advance(DAY);
    expect(await world.identity.sweepExpired(9)).to.deep.equal({ done: 1 });
    const kept = await world.stores.read(async ({ codes, loginThrottles }) => [
      await codes.find(accountId, 'verify-email'),
      await loginThrottles.find(accountId),
    ]);
    expect(kept).to.deep.equal([undefined, undefined]);
    world.systemClock.advance(90 * DAY);
    expect(await world.identity.sweepExpired(9)).to.deep.equal({ done: 1 });
    expect(await world.stores.read(({ sessions }) => sessions.all(accountId, 9))).to.deep.equal([]);
  });
});
