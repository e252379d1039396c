import type { WebhookOutcome, WebhookTally } from '../../src/billing/index.ts';

export const WEBHOOK_OUTCOMES = ['received', 'duplicate', 'refused', 'failed'] as const;

export interface WebhookCount {
  readonly provider: string;
  readonly outcome: WebhookOutcome;
  readonly count: number;
}

/** What this process counted since it started. */
export interface WebhookCounts extends WebhookTally {
  /** Every outcome of every provider, also those that never came about. */
  counts(): readonly WebhookCount[];
}

export function webhookCounts(providers: readonly string[]): WebhookCounts {
  const counted = new Map<string, WebhookCount>();
  const count = (provider: string, outcome: WebhookOutcome, more: number): void => {
    const key = `${provider} ${outcome}`;
    counted.set(key, { provider, outcome, count: (counted.get(key)?.count ?? 0) + more });
  };
  for (const provider of providers) for (const outcome of WEBHOOK_OUTCOMES) count(provider, outcome, 0);
  return {
    count: (provider, outcome) => count(provider, outcome, 1),
    counts: () => [...counted.values()],
  };
}
