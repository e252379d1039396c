import { Counter, type Registry } from 'prom-client';

interface WebhookCount {
  readonly provider: string;
  readonly outcome: string;
  readonly count: number;
}

/** How the webhooks of each provider fare in this process: received, duplicate, refused, failed. */
export function webhookMetrics(registry: Registry, counts: () => readonly WebhookCount[]): void {
  new Counter({
    name: 'usher_webhooks_total',
    help: 'Webhooks by provider and by what became of them; failed ones were taken in and are tried again.',
    labelNames: ['provider', 'outcome'],
    registers: [registry],
    collect() {
      this.reset();
      for (const { provider, outcome, count } of counts()) this.inc({ provider, outcome }, count);
    },
  });
}
