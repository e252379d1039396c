import type { AccountActor } from '../kernel/actor.ts';
import {
  BIO_LENGTH,
  editProfile,
  erased,
  isPhone,
  NAME_LENGTH,
  profileOf,
  withPicture,
  type Account,
  type Profile,
  type ProfileChanges,
} from './account.ts';
import type { AuditEntry } from './audit.ts';
import type { IdentityDeps } from './deps.ts';
import { audited, happened } from './events.ts';
import { confirmedOwner, unchanged } from './passwords.ts';
import { isOversized, pixelSizeOf } from './picture-size.ts';
import { pictureTypeOf, type PictureType } from './picture.ts';
import { refusals } from './refusals.ts';
import type { Session } from './session.ts';

/** The most rows of one kind that an export holds: the newest. */
const EXPORT_ROWS = 1_000;

export interface AccountExport {
  readonly profile: Profile;
  readonly sessions: readonly Session[];
  readonly securityEvents: readonly AuditEntry[];
  /** What other contexts hold, by their name, in the words of the REST contract. */
  readonly parts: Readonly<Record<string, unknown>>;
}

export interface ProfileCommands {
  showProfile(actor: AccountActor): Promise<Profile>;
  /** `null` clears a field, an absent one stays. Refuses with `request.invalid`. */
  editProfile(given: { readonly actor: AccountActor; readonly changes: ProfileChanges }): Promise<Profile>;
  /** Refuses with `identity.picture-unsupported` (by the bytes, whatever was declared) and `-too-large`. */
  changePicture(given: { readonly actor: AccountActor; readonly bytes: Uint8Array }): Promise<Profile>;
  /** A picture by the last segment of its public address. */
  readPicture(name: string): Promise<{ readonly bytes: Uint8Array; readonly type: PictureType } | undefined>;
  readonly pictureMaxBytes: number;
  exportAccount(actor: AccountActor): Promise<AccountExport>;
  /**
   * Erases what is personal, for good; the id stays for the ledger. The event has the subscription cancelled.
   * Refuses with `identity.wrong-password`.
   */
  deleteAccount(given: {
    readonly actor: AccountActor;
    readonly password: string;
    readonly address: string;
  }): Promise<void>;
}

export const profileCommands = (deps: IdentityDeps): ProfileCommands => ({
  pictureMaxBytes: deps.policy.pictureMaxBytes,
  showProfile: (actor) => shown(deps, actor),
  readPicture: (name) => deps.pictures.get(name),
  changePicture: ({ actor, bytes }) => pictureChanged(deps, actor, bytes),
  exportAccount: (actor) => exported(deps, actor),
  deleteAccount: (given) => deleted(deps, given),

  editProfile: async ({ actor, changes }) => {
    checked(changes);
    const { after } = await edited(deps, actor, (current) => editProfile(current, changes));
    return profileOf(after, await deps.levels.levelOf(after.id));
  },
});

function checked({ name, bio, phone }: ProfileChanges): void {
  if ([...(name ?? '')].length > NAME_LENGTH) throw refusals.invalid('/name', 'is too long');
  if ([...(bio ?? '')].length > BIO_LENGTH) throw refusals.invalid('/bio', 'is too long');
  if (phone && !isPhone(phone))
    throw refusals.invalid('/phone', 'must be a number in E.164, such as +14155550123');
}

async function found(deps: IdentityDeps, { accountId }: AccountActor): Promise<Account> {
  const account = await deps.unitOfWork.read(({ accounts }) => accounts.find(accountId));
  if (!account || account.deletedAt !== null) throw refusals.notFound();
  return account;
}

async function shown(deps: IdentityDeps, actor: AccountActor): Promise<Profile> {
  const account = await found(deps, actor);
  return profileOf(account, await deps.levels.levelOf(account.id));
}

const edited = (
  { unitOfWork }: IdentityDeps,
  { accountId }: AccountActor,
  edit: (account: Account) => Account,
): Promise<{ readonly before: Account; readonly after: Account }> =>
  unitOfWork.run(async ({ accounts }) => {
    const before = await accounts.find(accountId);
    if (!before || before.deletedAt !== null) throw refusals.notFound();
    const after = edit(before);
    await accounts.save(after);
    return { before, after };
  });

async function pictureChanged(deps: IdentityDeps, actor: AccountActor, bytes: Uint8Array): Promise<Profile> {
  if (bytes.length > deps.policy.pictureMaxBytes) throw refusals.pictureTooLarge(deps.policy.pictureMaxBytes);
  const type = pictureTypeOf(bytes);
  if (!type) throw refusals.pictureUnsupported();
  const size = pixelSizeOf(bytes);
  if (typeof size === 'object' && isOversized(size))
    throw refusals.pictureTooLarge(deps.policy.pictureMaxBytes);
  const url = await deps.pictures.put(actor.accountId, bytes, type);
  const { before, after } = await edited(deps, actor, (current) => withPicture(current, url)).catch(
    async (error: unknown) => {
      await deps.pictures.remove(url);
      throw error;
    },
  );
  if (before.pictureUrl !== null) await deps.pictures.remove(before.pictureUrl);
  return profileOf(after, await deps.levels.levelOf(after.id));
}

async function exported(deps: IdentityDeps, actor: AccountActor): Promise<AccountExport> {
  const { accountId } = actor;
  const profile = await shown(deps, actor);
  const own = await deps.unitOfWork.read(async ({ sessions, audit }) => ({
    sessions: await sessions.all(accountId, EXPORT_ROWS),
    securityEvents: (await audit.list({ limit: EXPORT_ROWS }, { accountId })).items,
  }));
  const parts: Record<string, unknown> = {};
  for (const part of deps.exportParts()) parts[part.name] = await part.export(accountId);
  return { profile, ...own, parts };
}

async function deleted(
  deps: IdentityDeps,
  given: { readonly actor: AccountActor; readonly password: string; readonly address: string },
): Promise<void> {
  const { actor, password, address } = given;
  const confirmed = await confirmedOwner(deps, actor, password);
  const { accountId } = actor;
  const { pictureUrl, endedIds } = await deps.unitOfWork.run(async (stores) => {
    const account = await unchanged(stores, confirmed);
    await stores.accounts.save(erased(account, deps.clock.now()));
    const end = { reason: 'account-deleted', exceptId: null, now: deps.systemClock.now() } as const;
    const ids = await stores.sessions.endAll(accountId, end);
    await stores.sessions.removeAll(accountId);
    await stores.codes.removeAll(accountId);
    await stores.outbox.add([happened(deps, 'identity.account-deleted', accountId)]);
    await stores.audit.add([audited(deps, { actor, action: 'account.deleted', accountId, address })]);
    return { pictureUrl: account.pictureUrl, endedIds: ids };
  });
  deps.sessionMemory?.forget(endedIds);
  if (pictureUrl !== null) await deps.pictures.remove(pictureUrl);
}
