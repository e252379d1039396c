import type { Ids } from '../kernel/ids.ts';
import type { Clock } from '../kernel/instant.ts';
import type { UnitOfWork } from '../kernel/unit-of-work.ts';
import type { IdentityPolicy } from './policy.ts';
import type {
  AccessTokens,
  AccountUse,
  CommonPasswords,
  ExportPart,
  IdentityStores,
  Levels,
  Passwords,
  PictureStore,
  RefreshTokens,
  Secrets,
  ServiceKeyMemory,
  ServiceKeySecrets,
  SessionMemory,
} from './ports.ts';

export interface IdentityDeps {
  readonly unitOfWork: UnitOfWork<IdentityStores>;
  /** The world's time: when things happened, and when unused accounts are removed. */
  readonly clock: Clock;
  /** The system's time, which no test turns: sessions, codes, log-in delays, mail limits. */
  readonly systemClock: Clock;
  readonly ids: Ids;
  readonly policy: IdentityPolicy;
  readonly passwords: Passwords;
  readonly commonPasswords: CommonPasswords;
  readonly accessTokens: AccessTokens;
  readonly refreshTokens: RefreshTokens;
  readonly secrets: Secrets;
  readonly serviceKeys: ServiceKeySecrets;
  readonly pictures: PictureStore;
  readonly levels: Levels;
  readonly accountUse: AccountUse;
  /** Told at once of sessions that ended; without it they are noticed when the memory runs out. */
  readonly sessionMemory?: SessionMemory;
  /** The same of service keys that were revoked. */
  readonly serviceKeyMemory?: ServiceKeyMemory;
  /** Asked when an export is made, so that contexts may be wired later. */
  readonly exportParts: () => readonly ExportPart[];
}
