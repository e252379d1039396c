import { expect } from 'chai';
import { newServerKey, refreshTokens } from '../../adapters/security/secrets.ts';
import { startSession, tokenOf } from '../../src/identity/session.ts';
import { identityPolicy } from '../../src/identity/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import { account, HOME } from '../world/identity.ts';
import { nextId } from '../world/subscriptions.ts';
import { inEveryArena, type Arena } from './arena.ts';
import { breaksOnSomeSeed, sized, wins } from './race.ts';
import type { RefreshSettings } from './refresh.scenario.ts';

const scenario = new URL('./refresh.scenario.ts', import.meta.url);
const serverKey = newServerKey();
const tokens = refreshTokens([serverKey]);
const CONTENDERS = 20;

type RefreshArena = Arena<string, string>;

/** A new session; its refresh token. */
async function signedIn({ unitOfWork }: RefreshArena): Promise<string> {
  const owner = account();
  const refresh = tokens.fresh();
  const given = { id: nextId(), accountId: owner.id, deviceId: null, deviceName: null, ...HOME };
  const session = startSession(
    { ...given, tokenDigest: tokens.digest(refresh) },
    instant(Date.now()),
    identityPolicy,
  );
  await unitOfWork.run(async ({ accounts, sessions }) => {
    await accounts.add(owner);
    await sessions.add(session);
    await sessions.addToken(tokenOf(session));
  });
  return refresh;
}

const contenders = (token: string): readonly string[] => Array.from({ length: CONTENDERS }, () => token);

inEveryArena('trading one refresh token at once', (open) => {
  const arenaOf = (naive: boolean): Promise<RefreshArena> => {
    const settings: RefreshSettings = { naive, serverKey };
    return open<string, string>({ scenario, settings });
  };

  it('hands out tokens that are dead already when it looks first and writes later (the naive variant)', async () => {
    const arena = await arenaOf(true);
    const broken = await breaksOnSomeSeed(async () => {
      const outcomes = await arena.race(contenders(await signedIn(arena)));
      return new Set(wins(outcomes)).size > 1;
    });
    expect(broken).to.equal(true);
  });

  it('gives every one of them the same successor, the only live one', async () => {
    const arena = await arenaOf(false);
    for (let round = 0; round < sized(10, 2); round += 1) {
      const outcomes = await arena.race(contenders(await signedIn(arena)));
      const given = wins(outcomes);
      expect(given, JSON.stringify(outcomes)).to.have.length(CONTENDERS);
      expect(new Set(given).size).to.equal(1);
      const [leaf = ''] = given;
      const found = await arena.unitOfWork.read(({ sessions }) => sessions.findByToken(tokens.digest(leaf)));
      expect(found?.session).to.include({ generation: 2, endedAt: null, tokenDigest: tokens.digest(leaf) });
    }
  });
});
