import { refreshTokens } from '../../adapters/security/secrets.ts';
import { identityPolicy } from '../../src/identity/index.ts';
import type { IdentityStores, RefreshTokens } from '../../src/identity/index.ts';
import { rotated, tokenOf } from '../../src/identity/session.ts';
import { instant, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { HOME, identityWorld } from '../world/identity.ts';
import type { Scenario } from './scenario.ts';

export interface RefreshSettings {
  readonly naive: boolean;
  /** The processes of one product share the server's key. */
  readonly serverKey: string;
}

const now = (): Instant => instant(Date.now());

/** Contenders trade one refresh token and give back what they got for it. */
const refreshScenario: Scenario<RefreshSettings, string, string> = ({ unitOfWork, settings }) => {
  const tokens = refreshTokens([settings.serverKey]);
  if (settings.naive) return (token) => naiveRefresh(unitOfWork, tokens, token);
  const { identity } = identityWorld(
    unitOfWork,
    {},
    { refreshTokens: tokens, clock: { now }, systemClock: { now } },
  );
  return async (refresh) => (await identity.refreshSession({ refresh, ...HOME })).refresh;
};

export default refreshScenario;

/** Looks whether the token is the live one, then puts a random successor in its place: last writer wins. */
async function naiveRefresh(
  unitOfWork: UnitOfWork<IdentityStores>,
  tokens: RefreshTokens,
  token: string,
): Promise<string> {
  const found = await unitOfWork.read(({ sessions }) => sessions.findByToken(tokens.digest(token)));
  if (found?.session.generation !== found?.generation) throw new Error('not the live one');
  const fresh = tokens.fresh();
  await unitOfWork.run(async ({ sessions }) => {
    const session = found && (await sessions.find(found.session.id));
    if (!session) throw new Error('no such session');
    const next = rotated(session, tokens.digest(fresh), now(), identityPolicy);
    await sessions.save(next);
    await sessions.addToken(tokenOf(next));
  });
  return fresh;
}
