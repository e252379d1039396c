import { expect } from 'chai';
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

const INVALID = 'identity.code-invalid';
const { address } = HOME;

describe('changing and resetting a password', () => {
  let world: IdentityWorld;
  beforeEach(async () => {
    const { unitOfWork } = await openers.memory();
    world = identityWorld(unitOfWork);
    await world.register();
  });
  const NEW = 'see how they run';

  it('changes it for whoever knows the old one, and ends all other sessions', async () => {
    const [here, there] = [await world.logIn(), await world.logIn()];
    const change = { actor: actorOf(here), oldPassword: PASSWORD, newPassword: NEW, address };
    await world.identity.changePassword(change);
    const claims = [here, there].map(({ account: { id }, sessionId }) => ({
      accountId: id,
      sessionId,
      tokenVersion: 1,
    }));
    expect(await world.identity.sessionsAlive(claims)).to.deep.equal([{ isAdmin: false }, undefined]);
    expect(await refusalOf(world.logIn())).to.equal('identity.wrong-credentials');
    await world.logIn({ password: NEW });
    await world.identity.refreshSession({ refresh: here.refresh, ...HOME });
  });

  it('refuses a wrong old one and a weak new one, and slows down guessing', async () => {
    const actor = actorOf(await world.logIn());
    const change = (oldPassword: string, newPassword = NEW) =>
      refusalOf(world.identity.changePassword({ actor, oldPassword, newPassword, address }));
    expect(await change(PASSWORD, 'password')).to.equal('identity.weak-password');
    for (let miss = 0; miss < 6; miss += 1) expect(await change('wrong')).to.equal('identity.wrong-password');
    expect(await change(PASSWORD)).to.equal('identity.wrong-password');
    world.systemClock.advance(1_000);
    expect(await change(PASSWORD)).to.equal('accepted');
  });

  it('resets it by a mailed code, proves the address by that, and ends all sessions', async () => {
    const before = await world.logIn();
    await world.identity.forgotPassword({ email: EMAIL });
    const code = await world.code(EMAIL, 'reset-password');
    const reset = (given: string) =>
      refusalOf(world.identity.resetPassword({ email: EMAIL, code: given, newPassword: NEW, address }));
    expect(await reset('wrong!')).to.equal(INVALID);
    expect(await reset(code)).to.equal('accepted');
    expect(await reset(code)).to.equal(INVALID);
    const claim = { accountId: before.account.id, sessionId: before.sessionId, tokenVersion: 1 };
    expect(await world.identity.sessionsAlive([claim])).to.deep.equal([undefined]);
    expect((await world.logIn({ password: NEW })).account.isVerified).to.equal(true);
  });

  it('costs one hash to try a reset of an unknown address, too', async () => {
    world.passwords.spent();
    const given = { email: 'nobody@example.com', code: '123456', newPassword: NEW, address };
    expect(await refusalOf(world.identity.resetPassword(given))).to.equal(INVALID);
    expect(world.passwords.spent()).to.equal(1);
  });
});
