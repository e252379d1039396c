import { expect } from 'chai';
import { newServerKey, refreshTokens } from '../../../adapters/security/secrets.ts';
import { createIdentity } from '../../../src/identity/index.ts';
import { DAY, SECOND } from '../../../src/kernel/instant.ts';
import { HOME, identityWorld, refusalOf, type IdentityWorld } from '../../world/identity.ts';
import { openers } from '../../world/stores.ts';

const INVALID = 'identity.refresh-invalid';

describe('refreshing a session', () => {
  let world: IdentityWorld;
  let first: string;
  beforeEach(async () => {
    const { unitOfWork } = await openers.memory();
    world = identityWorld(unitOfWork);
    await world.register();
    first = (await world.logIn()).refresh;
  });
  const refresh = async (token: string): Promise<string> =>
    (await world.identity.refreshSession({ refresh: token, ...HOME })).refresh;
  const audit = async (): Promise<readonly string[]> =>
    (await world.identity.listAudit({ limit: 99 }, { accountId: null })).items.map(({ action }) => action);

  it('gives a successor that nobody could have foretold', async () => {
    const second = await refresh(first);
    expect(second).to.match(/^[\w-]{43}$/);
    expect(second).to.not.equal(first);
    expect(await refresh(second)).to.not.be.oneOf([first, second]);
  });

  it('gives the same successor again within ten seconds, and goes on', async () => {
    const second = await refresh(first);
    world.systemClock.advance(9_999);
    expect(await refresh(first)).to.equal(second);
    await refresh(second);
  });

  it('ends the session when the one before comes back later', async () => {
    const second = await refresh(first);
    world.systemClock.advance(10 * SECOND);
    expect(await refusalOf(refresh(first))).to.equal(INVALID);
    expect(await refusalOf(refresh(second))).to.equal(INVALID);
  });

  it('ends all of a family when the first of three comes back (as Supabase tests it)', async () => {
    const tokens = [first];
    for (let rotation = 0; rotation < 3; rotation += 1) tokens.push(await refresh(tokens.at(-1) ?? ''));
    expect(await refusalOf(refresh(first))).to.equal(INVALID);
    for (const token of tokens) expect(await refusalOf(refresh(token))).to.equal(INVALID);
    const told = await audit();
    expect(told.filter((action) => action === 'session.reuse-detected')).to.have.length(1);
  });

  it('ends one family and not the other sessions of the account', async () => {
    const other = (await world.logIn()).refresh;
    await refresh(await refresh(first));
    expect(await refusalOf(refresh(first))).to.equal(INVALID);
    await refresh(other);
  });

  it('refuses an unknown token, and one that is too old by the system’s time', async () => {
    expect(await refusalOf(refresh('made up'))).to.equal(INVALID);
    world.clock.advance(100 * DAY);
    const second = await refresh(first);
    world.systemClock.advance(30 * DAY);
    expect(await refusalOf(refresh(second))).to.equal(INVALID);
  });

  it('lasts ninety days at most, however often it is used', async () => {
    let token = first;
    for (const days of [29, 29, 29, 2]) {
      world.systemClock.advance(days * DAY);
      token = await refresh(token);
    }
    world.systemClock.advance(DAY);
    expect(await refusalOf(refresh(token))).to.equal(INVALID);
  });

  it('stores no token, only digests', async () => {
    const second = await refresh(first);
    const stored = await world.stores.read(async ({ sessions }) => [
      await sessions.findByToken(world.deps.refreshTokens.digest(first)),
      await sessions.findByToken(world.deps.refreshTokens.digest(second)),
    ]);
    expect(stored).to.not.include(undefined);
    expect(JSON.stringify(stored)).to.not.include(first).and.not.include(second);
  });

  it('repeats the right successor across a change of the server’s key', async () => {
    const [old, fresh] = [newServerKey(), newServerKey()];
    const before = createIdentity({ ...world.deps, refreshTokens: refreshTokens([old]) });
    const after = createIdentity({ ...world.deps, refreshTokens: refreshTokens([fresh, old]) });
    const second = (await before.refreshSession({ refresh: first, ...HOME })).refresh;
    expect((await after.refreshSession({ refresh: first, ...HOME })).refresh).to.equal(second);
  });
});
