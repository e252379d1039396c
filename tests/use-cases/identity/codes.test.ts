import { expect } from 'chai';
import { HOUR, MINUTE } from '../../../src/kernel/instant.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import { EMAIL, HOME, PASSWORD, refusalOf, type IdentityWorld } from '../../world/identity.ts';
import { told } from '../../world/told-identity.ts';

const INVALID = 'identity.code-invalid';
const { address } = HOME;

const mails = (events: readonly DomainEvent[]): readonly string[] =>
  events.map(({ type }) => type.replace('identity.', '')).filter((type) => /requested|attempt/.test(type));

describe('registering, when verification is optional', () => {
  it('opens an account and has a code mailed', async () => {
    const { world, events } = await told('optional');
    const made = await world.identity.register({
      email: ' Ada@Example.com ',
      password: PASSWORD,
      name: ' Ada ',
      address,
    });
    expect(made).to.include({ email: 'Ada@Example.com', name: 'Ada', role: 'normal', isVerified: false });
    expect(events().map(({ type }) => type)).to.deep.equal([
      'identity.account-registered',
      'identity.verification-requested',
    ]);
    expect(await world.code(EMAIL, 'verify-email')).to.match(/^\d{6}$/);
  });

  it('refuses an address that is taken, in any case', async () => {
    const { world } = await told('optional');
    await world.register();
    const again = world.identity.register({
      email: 'ADA@EXAMPLE.COM',
      password: PASSWORD,
      name: null,
      address,
    });
    expect(await refusalOf(again)).to.equal('identity.email-taken');
  });

  it('refuses a weak password and what is no address', async () => {
    const { world } = await told('optional');
    const register = (email: string, password: string) =>
      refusalOf(world.identity.register({ email, password, name: null, address }));
    expect(await register(EMAIL, 'password1')).to.equal('identity.weak-password');
    expect(await register('ada', PASSWORD)).to.equal('request.invalid');
  });
});

describe('registering, when verification is required', () => {
  it('answers alike for a new, a known and an unverified address, for one hash each', async () => {
    const { world, events } = await told('required');
    const register = () => world.identity.register({ email: EMAIL, password: PASSWORD, name: null, address });
    world.passwords.spent();
    const answers = [await register(), await register()];
    await world.identity.verifyEmail({
      email: EMAIL,
      code: await world.code(EMAIL, 'verify-email'),
      address,
    });
    answers.push(await register());
    expect(answers).to.deep.equal([undefined, undefined, undefined]);
    expect(world.passwords.spent()).to.equal(3);
    expect(mails(events())).to.deep.equal([
      'verification-requested',
      'verification-requested',
      'email-taken-attempt',
    ]);
  });

  it('lets nobody in before the address is verified, and says so to those who know the password', async () => {
    const { world } = await told('required');
    await world.register();
    expect(await refusalOf(world.logIn())).to.equal('identity.email-not-verified');
    expect(await refusalOf(world.logIn({ password: 'wrong' }))).to.equal('identity.wrong-credentials');
    await world.identity.verifyEmail({
      email: EMAIL,
      code: await world.code(EMAIL, 'verify-email'),
      address,
    });
    expect((await world.logIn()).account.isVerified).to.equal(true);
  });
});

describe('verifying an address', () => {
  let world: IdentityWorld;
  beforeEach(async () => {
    ({ world } = await told('optional'));
    await world.register();
  });
  const verify = (code: string, email = EMAIL): Promise<string> =>
    refusalOf(world.identity.verifyEmail({ email, code, address }));
  const wrongOf = (code: string): string => ((Number(code) + 1) % 1_000_000).toString().padStart(6, '0');

  it('takes the right code once', async () => {
    const code = await world.code(EMAIL, 'verify-email');
    expect(await verify(code)).to.equal('accepted');
    expect(await verify(code)).to.equal(INVALID);
  });

  it('refuses an unknown address like a wrong code', async () => {
    expect(await verify('123456', 'nobody@example.com')).to.equal(INVALID);
  });

  it('gives five tries, counted even though each is refused', async () => {
    const code = await world.code(EMAIL, 'verify-email');
    for (let miss = 0; miss < 4; miss += 1) expect(await verify(wrongOf(code))).to.equal(INVALID);
    await world.code(EMAIL, 'verify-email');
    expect(await verify(wrongOf(code))).to.equal(INVALID);
    expect(await verify(code)).to.equal(INVALID);
  });

  it('gives no more than five to guesses side by side', async () => {
    const code = await world.code(EMAIL, 'verify-email');
    const guesses = [...Array.from({ length: 20 }, () => wrongOf(code)), code].map((guess) => verify(guess));
    expect(new Set(await Promise.all(guesses))).to.deep.equal(new Set([INVALID]));
  });

  it('expires after ten minutes of the system’s time', async () => {
    const code = await world.code(EMAIL, 'verify-email');
    world.clock.advance(HOUR);
    world.systemClock.advance(10 * MINUTE - 1);
    await world.code(EMAIL, 'verify-email');
    world.systemClock.advance(1);
    expect(await verify(code)).to.equal(INVALID);
  });

  it('takes the newest code only', async () => {
    const old = await world.code(EMAIL, 'verify-email');
    await world.identity.resendVerification({ email: EMAIL });
    const fresh = await world.code(EMAIL, 'verify-email');
    if (old !== fresh) expect(await verify(old)).to.equal(INVALID);
    expect(await verify(fresh)).to.equal('accepted');
  });

  it('does not take a code of the other purpose', async () => {
    await world.identity.forgotPassword({ email: EMAIL });
    const [reset, own] = [await world.code(EMAIL, 'reset-password'), await world.code(EMAIL, 'verify-email')];
    if (reset !== own) expect(await verify(reset)).to.equal(INVALID);
  });
});

describe('having codes mailed', () => {
  it('is silent about unknown and verified addresses, and about too many mails', async () => {
    const { world, events } = await told('optional');
    await world.register();
    await world.identity.resendVerification({ email: 'nobody@example.com' });
    await world.identity.forgotPassword({ email: 'nobody@example.com' });
    for (let mail = 0; mail < 9; mail += 1) await world.identity.forgotPassword({ email: EMAIL });
    expect(mails(events())).to.have.length(5);
    const last = await world.code(EMAIL, 'reset-password');
    await world.identity.forgotPassword({ email: EMAIL });
    expect(await world.code(EMAIL, 'reset-password'), 'the last code stays good').to.equal(last);
    world.systemClock.advance(HOUR);
    await world.identity.forgotPassword({ email: EMAIL });
    expect(mails(events())).to.have.length(6);
  });

  it('counts every tag of an address as one mailbox, though each is an account of its own', async () => {
    const { world, events } = await told('optional');
    const tagged = Array.from({ length: 7 }, (_, index) => `victim+${index}@example.com`);
    for (const email of [...tagged, 'bystander@example.com'])
      await world.identity.register({ email, password: PASSWORD, name: null, address });
    const sent = events().filter(({ type }) => type === 'identity.verification-requested');
    expect(new Set(sent.map(({ accountId }) => accountId))).to.have.property('size', 6);
    await world.identity.forgotPassword({ email: 'victim+6@example.com' });
    expect(mails(events())).to.have.length(6);
    world.systemClock.advance(HOUR);
    await world.identity.forgotPassword({ email: 'victim+6@example.com' });
    expect(mails(events())).to.have.length(7);
  });

  it('leaves no code in the events or in the store', async () => {
    const { world, events } = await told('optional');
    const accountId = await world.register();
    const code = await world.code(EMAIL, 'verify-email');
    const stored = await world.stores.read(({ codes }) => codes.find(accountId, 'verify-email'));
    expect(stored?.digest).to.match(/^[0-9a-f]{64}$/);
    // Ids and digests are long enough to hold any six digits by chance: they are left out.
    const texts = events().map(({ type, data }) => [type, Object.keys(data)]);
    expect(JSON.stringify(texts)).to.not.include(code);
  });

  it('gives no mail for a code that was used', async () => {
    const { world, events } = await told('optional');
    await world.register();
    const codeId = String(events().at(-1)?.data['codeId']);
    expect(await world.identity.codeMail(codeId)).to.include({ to: EMAIL, purpose: 'verify-email' });
    await world.identity.verifyEmail({
      email: EMAIL,
      code: await world.code(EMAIL, 'verify-email'),
      address,
    });
    expect(await world.identity.codeMail(codeId)).to.equal(undefined);
  });
});
