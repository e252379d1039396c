import { createHmac, timingSafeEqual } from 'node:crypto';
import { SECOND, type Instant } from '../../src/kernel/instant.ts';

/** What a signature is checked against. */
export interface SignatureCheck {
  /** All that are good at present: the old one beside the new one while rotating. */
  readonly secrets: readonly string[];
  /** The system's time: the sender knows nothing of a virtual clock. */
  readonly now: Instant;
  /** How far from `now`, either way, the signature may have been made. */
  readonly toleranceSeconds: number;
}

/** Stripe's own tolerance, in both directions. */
export const SIGNATURE_TOLERANCE_SECONDS = 300;

const TIME = /^t=(\d{1,12})$/;
const SIGNATURE = /^v1=([0-9a-f]{64})$/;
const OTHER_SCHEME = /^(?!t=|v1=)[a-z][a-z0-9]*=[\x21-\x7e]*$/;
/** A header as long as this is somebody's attempt to have us compute. */
const MAX_LENGTH = 2_000;

interface Claim {
  readonly time: string;
  readonly signatures: readonly string[];
}

/** One time and at least one signature; anything that is not of the scheme makes the whole header void. */
function claimIn(header: string): Claim | undefined {
  if (header.length > MAX_LENGTH) return undefined;
  const times: string[] = [];
  const signatures: string[] = [];
  for (const part of header.split(',')) {
    const [time, signature] = [TIME.exec(part)?.[1], SIGNATURE.exec(part)?.[1]];
    if (time !== undefined) times.push(time);
    else if (signature !== undefined) signatures.push(signature);
    else if (!OTHER_SCHEME.test(part)) return undefined;
  }
  const [time] = times;
  return time !== undefined && times.length === 1 && signatures.length > 0 ? { time, signatures } : undefined;
}

const mac = (secret: string, time: string, raw: Uint8Array): Buffer =>
  createHmac('sha256', secret).update(`${time}.`).update(raw).digest();

/**
 * Whether `raw` came, as it is, from somebody who knows one of the secrets, and just now. The scheme is Stripe's:
 * `t=<unix seconds>,v1=<hex HMAC-SHA256 of "t.body">`, with one `v1` per secret of the sender.
 */
export function verifySigned(
  raw: Uint8Array,
  header: string | readonly string[] | undefined,
  { secrets, now, toleranceSeconds }: SignatureCheck,
): boolean {
  const claim = typeof header === 'string' ? claimIn(header) : undefined;
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

/** The header of a body, as a sender makes it: one `v1` per secret. */
export function signatureOf(raw: Uint8Array, secrets: readonly string[], now: Instant): string {
  const time = String(Math.floor(now / SECOND));
  return [`t=${time}`, ...secrets.map((secret) => `v1=${mac(secret, time, raw).toString('hex')}`)].join(',');
}
