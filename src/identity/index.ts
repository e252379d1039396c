import { adminCommands, type AdminCommands } from './admin.ts';
import { codeCommands, type CodeCommands } from './mail-codes.ts';
import type { IdentityDeps } from './deps.ts';
import { liveServiceKeys, type LiveServiceKeys } from './live-service-keys.ts';
import { liveSessions, type LiveSessions } from './live-sessions.ts';
import { logInCommands, type LogInCommands } from './log-in.ts';
import { serviceKeyCommands, type ServiceKeyCommands } from './manage-service-keys.ts';
import { passwordCommands, type PasswordCommands } from './passwords.ts';
import { profileCommands, type ProfileCommands } from './profiles.ts';
import { registerCommands, type RegisterCommands } from './register.ts';
import { sessionCommands, type SessionCommands } from './sessions.ts';
import { sweeps, type Sweeps } from './sweeps.ts';

export type { Account, Profile, ProfileChanges, Role } from './account.ts';
export { BIO_LENGTH, EMAIL_LENGTH, NAME_LENGTH, isPhone } from './account.ts';
export type { AdminMade, Contact } from './admin.ts';
export type { AuditAction, AuditEntry } from './audit.ts';
export type { CodePurpose, MailCode } from './code.ts';
export type { IdentityDeps } from './deps.ts';
export type { Audited, IdentityEvent, ServiceKeyEvent } from './events.ts';
export type { CodeMail } from './mail-codes.ts';
export type { LoggedIn, SignIn } from './log-in.ts';
export type { MadeServiceKey } from './manage-service-keys.ts';
export { PICTURE_TYPES, type PictureType } from './picture.ts';
export { identityPolicy, type IdentityPolicy } from './policy.ts';
export type * from './ports.ts';
export { refusals as identityRefusals } from './refusals.ts';
export type { AccountExport } from './profiles.ts';
export type { Registration } from './register.ts';
export {
  SERVICE_KEY_NAME_LENGTH,
  SERVICE_KEY_PREFIX,
  SERVICE_SCOPES,
  type ServiceKey,
  type ServiceKeyDraft,
  type ServiceScope,
} from './service-key.ts';
export type { Device, EndReason, Origin, Session } from './session.ts';

/** Accounts, their sessions and their codes; the keys of other back ends. */
export interface Identity
  extends
    RegisterCommands,
    LogInCommands,
    SessionCommands,
    PasswordCommands,
    CodeCommands,
    ProfileCommands,
    AdminCommands,
    LiveSessions,
    ServiceKeyCommands,
    LiveServiceKeys,
    Sweeps {}

export const createIdentity = (deps: IdentityDeps): Identity => ({
  ...registerCommands(deps),
  ...logInCommands(deps),
  ...sessionCommands(deps),
  ...passwordCommands(deps),
  ...codeCommands(deps),
  ...profileCommands(deps),
  ...adminCommands(deps),
  ...liveSessions(deps),
  ...serviceKeyCommands(deps),
  ...liveServiceKeys(deps),
  ...sweeps(deps),
});
