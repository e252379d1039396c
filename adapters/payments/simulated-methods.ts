/** What a test payment method makes the simulated gateway do. */
export interface Behaviour {
  /** With the payer there. */
  readonly onSession: Verdict;
  /** Without: charged by the calendar. A number: so many are declined first, per account and method. */
  readonly offSession: Verdict | { readonly declinedFirst: number };
  /** Where the answer gets lost, if it does. */
  readonly lost?: 'before-capture' | 'after-capture';
  /** The payer's bank wants the money back at once; how that ends, days later, if it does. */
  readonly disputed?: 'open' | 'won' | 'lost';
  readonly refunds?: 'refused';
}

export type Verdict = 'captured' | 'declined' | 'requires-action';

const ok = { onSession: 'captured', offSession: 'captured' } as const;

export const METHODS: ReadonlyMap<string, Behaviour> = new Map<string, Behaviour>([
  ['pm_ok', ok],
  ['pm_declined', { onSession: 'declined', offSession: 'declined' }],
  ['pm_requires_action', { onSession: 'requires-action', offSession: 'requires-action' }],
  ['pm_timeout_before_capture', { ...ok, lost: 'before-capture' }],
  ['pm_timeout_after_capture', { ...ok, lost: 'after-capture' }],
  ['pm_ok_then_declined', { onSession: 'captured', offSession: 'declined' }],
  ['pm_ok_then_action', { onSession: 'captured', offSession: 'requires-action' }],
  ['pm_fails_twice', { onSession: 'captured', offSession: { declinedFirst: 2 } }],
  ['pm_disputed', { ...ok, disputed: 'open' }],
  ['pm_disputed_won', { ...ok, disputed: 'won' }],
  ['pm_disputed_lost', { ...ok, disputed: 'lost' }],
  ['pm_refund_refused', { ...ok, refunds: 'refused' }],
]);

/** What becomes of a charge; `before`: how many of its method were charged off session for the account before. */
export function verdictOf(
  { onSession, offSession }: Behaviour,
  asked: { readonly offSession: boolean; readonly before: number },
): Verdict {
  if (!asked.offSession) return onSession;
  if (typeof offSession === 'string') return offSession;
  return asked.before < offSession.declinedFirst ? 'declined' : 'captured';
}
