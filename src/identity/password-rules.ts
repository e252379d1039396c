import type { IdentityPolicy } from './policy.ts';
import type { CommonPasswords } from './ports.ts';

export type PasswordFault = 'too-short' | 'too-long' | 'common' | 'personal';

/** One password whichever way a keyboard composes its accents. */
export const normalisePassword = (password: string): string => password.normalize('NFC');

export interface PasswordOwner {
  readonly email: string;
  readonly name: string | null;
}

/**
 * What is wrong with a new password, or undefined. Length in code points, no rules of composition: they make
 * passwords worse (NIST SP 800-63B). An address or a name is what a stranger tries first.
 */
export function passwordFault(
  password: string,
  owner: PasswordOwner,
  { policy, common }: { readonly policy: IdentityPolicy['password']; readonly common: CommonPasswords },
): PasswordFault | undefined {
  const normal = normalisePassword(password);
  const length = [...normal].length;
  if (length < policy.minLength) return 'too-short';
  if (length > policy.maxLength) return 'too-long';
  const plain = normal.toLowerCase();
  if (personalWords(owner).includes(plain)) return 'personal';
  return common.has(plain) ? 'common' : undefined;
}

function personalWords({ email, name }: PasswordOwner): readonly string[] {
  const address = email.trim().normalize('NFC').toLowerCase();
  const given = name?.trim().normalize('NFC').toLowerCase();
  const words = [address, address.slice(0, address.lastIndexOf('@'))];
  return given ? [...words, given, given.replaceAll(/\s+/g, '')] : words;
}
