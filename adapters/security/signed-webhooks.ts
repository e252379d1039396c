import { createHmac, timingSafeEqual } from 'node:crypto';
import { SECOND, type Instant } from '../../src/kernel/instant.ts';

/** What a sender calls the parts of its header. */
export interface SignatureScheme {
  readonly time: string;
  readonly signature: string;
}

/** Of Stripe, and of all who do as Stripe does. */
const STRIPES: SignatureScheme = { time: 't', signature: 'v1' };

/** What a signature is checked against. */
export interface SignatureCheck {
  /** All that are good at present: the old one beside the new one while rotating. */
  readonly secrets: readonly string[];
  /** The system's time: the sender knows nothing of a virtual clock. */
  readonly now: Instant;
  /** How far from `now`, either way, the signature may have been made. */
  readonly toleranceSeconds: number;
  /** Stripe's when left out. */
  readonly scheme?: SignatureScheme;
}

/** Stripe's own tolerance, in both directions; the others are measured by it. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

const TIME = /^\d{1,12}$/;
const SIGNATURE = /^[0-9a-f]{64}$/;
/** A part: its name, and a value of one of the two kinds when the name is one of ours. */
const PART = /^([a-z][a-z0-9]*)=([\x21-\x7e]*)$/;
/** A header as long as this is somebody's attempt to have us compute. */
const MAX_LENGTH = 2_000;

interface Claim {
  readonly time: string;
  readonly signatures: readonly string[];
}

/** One time and at least one signature; anything that is not of the scheme makes the whole header void. */
function claimIn(header: string, scheme: SignatureScheme): Claim | undefined {
  if (header.length > MAX_LENGTH) return undefined;
  const times: string[] = [];
  const signatures: string[] = [];
  for (const part of header.split(',')) {
    const [, name, value = ''] = PART.exec(part) ?? [];
    if (name === undefined) return undefined;
    const [form, found] = name === scheme.time ? [TIME, times] : [SIGNATURE, signatures];
    if (name !== scheme.time && name !== scheme.signature) continue;
    if (!form.test(value)) return undefined;
    found.push(value);
  }
  const [time] = times;
  return time !== undefined && times.length === 1 && signatures.length > 0 ? { time, signatures } : undefined;
}

const mac = (secret: string, time: string, raw: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${time}.`).update(raw).digest();

/**
 * Whether `raw` came, as it is, from somebody who knows one of the secrets, and just now. As Stripe writes it:
 * `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, with one `v1` per secret of the sender.
 */
export function verifySigned(
  raw: Uint8Array,
  header: string | readonly string[] | undefined,
  { secrets, now, toleranceSeconds, scheme = STRIPES }: SignatureCheck,
): boolean {
  const claim = typeof header === 'string' ? claimIn(header, scheme) : undefined;
  if (!claim) return false;
  if (Math.abs(now - Number(claim.time) * SECOND) > toleranceSeconds * SECOND) return false;
  const given = claim.signatures.map((signature) => Buffer.from(signature, 'hex'));
  let isGood = false;
  for (const secret of secrets) {
    const expected = mac(secret, claim.time, raw);
    // All are compared, so that the time taken says nothing about which one was it.
    for (const signature of given) isGood = timingSafeEqual(expected, signature) || isGood;
  }
  return isGood;
}

/** The header of a body, as a sender of Stripe's scheme makes it: one `v1` per secret. */
export function signatureOf(raw: Uint8Array, secrets: readonly string[], now: Instant): string {
  const time = String(Math.floor(now / SECOND));
  return [`t=${time}`, ...secrets.map((secret) => `v1=${mac(secret, time, raw).toString('hex')}`)].join(',');
}
