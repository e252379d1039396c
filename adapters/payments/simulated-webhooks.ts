import type { NormalEvent, ProviderEvent, WebhookReader } from '../../src/billing/index.ts';
import { instant, SECOND, type Clock } from '../../src/kernel/instant.ts';
import { MERCHANT } from './simulated-news.ts';
import { SIGNATURE_TOLERANCE_SECONDS, verifySigned } from '../security/signed-webhooks.ts';

export const SIMULATED_SIGNATURE = 'simulated-signature';

export interface SimulatedWebhookDeps {
  /** The current one first. */
  readonly secrets: readonly string[];
  readonly systemClock: Clock;
}

/** Reads what the simulated gateway sends; only what it signed, and just now. */
export const simulatedWebhooks = ({ secrets, systemClock }: SimulatedWebhookDeps): WebhookReader => ({
  provider: 'simulated',
  read: ({ raw, headers }) => {
    const check = { secrets, now: systemClock.now(), toleranceSeconds: SIGNATURE_TOLERANCE_SECONDS };
    if (!verifySigned(raw, headers[SIMULATED_SIGNATURE], check)) return { refused: 'signature' };
    const event = eventIn(raw);
    return event ? { event } : { refused: 'body' };
  },
});

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isText = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length > 0 &&
  value.length <= 200 &&
  !value.includes('\0') &&
  value.isWellFormed();

const isMinor = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const textOrNull = (value: unknown): string | null => (isText(value) ? value : null);

function parsed(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}

/** The event that a body tells of; undefined when it is none. One of another mode or merchant is ignored. */
function eventIn(raw: Uint8Array): ProviderEvent | undefined {
  const sent = parsed(raw);
  if (!isFields(sent)) return undefined;
  const { id, type, created, livemode, merchant, data } = sent;
  if (!isText(id) || !isText(type) || !isMinor(created) || created > 10 ** 11) return undefined;
  const isOurs = livemode === false && merchant === MERCHANT;
  const charge = isFields(data) && isFields(data['charge']) ? data['charge'] : {};
  const body = isOurs && isFields(data) ? bodyOf(type, charge, data['dispute']) : IGNORED;
  // Meant for us, of a kind that we know, and not what that kind looks like.
  if (!body) return undefined;
  return {
    provider: 'simulated',
    id,
    type,
    createdAt: instant(created * SECOND),
    objectKey: textOrNull(charge['reference']) ?? id,
    body,
  };
}

const IGNORED: NormalEvent = { kind: 'ignored' };

function bodyOf(type: string, charge: Fields, dispute: unknown): NormalEvent | undefined {
  const { key: paymentKey, reference, amount: amountMinor, refunded, reason, method } = charge;
  const isKnown = type.startsWith('charge.');
  if (!isText(paymentKey) || !isText(reference) || !isMinor(amountMinor))
    return isKnown ? undefined : IGNORED;
  const about = { paymentKey, reference };
  switch (type) {
    case 'charge.captured':
      return { ...about, kind: 'charge-captured', amountMinor, method: textOrNull(method), customer: null };
    case 'charge.declined':
      return { ...about, kind: 'charge-declined', reason: textOrNull(reason) ?? 'declined' };
    case 'charge.abandoned':
      return { ...about, kind: 'charge-abandoned' };
    case 'charge.refunded':
      return isMinor(refunded)
        ? { ...about, kind: 'charge-refunded', amountMinor: refunded, invoice: null }
        : undefined;
    case 'charge.dispute.opened':
    case 'charge.dispute.won':
    case 'charge.dispute.lost':
      return disputed(type, about, dispute);
    default:
      return IGNORED;
  }
}

const DISPUTES = {
  'charge.dispute.opened': 'dispute-opened',
  'charge.dispute.won': 'dispute-won',
  'charge.dispute.lost': 'dispute-lost',
} as const;

function disputed(
  type: keyof typeof DISPUTES,
  about: { readonly paymentKey: string; readonly reference: string },
  told: unknown,
): NormalEvent | undefined {
  if (!isFields(told)) return undefined;
  const { id, amount, reason } = told;
  if (!isText(id) || !isMinor(amount)) return undefined;
  return { ...about, kind: DISPUTES[type], dispute: id, amountMinor: amount, reason: textOrNull(reason) };
}
