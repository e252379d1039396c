import { dictionary } from '@zxcvbn-ts/language-common';
import type { CommonPasswords } from '../../src/identity/ports.ts';

/** How far down the list of leaked passwords, the most common first, a password is refused. */
const REFUSED = 10_000;

const refused = new Set(dictionary['passwords-common'].slice(0, REFUSED));

export const commonPasswords: CommonPasswords = { has: (password) => refused.has(password) };
