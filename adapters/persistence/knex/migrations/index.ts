import type { Knex } from 'knex';
import * as kernel from './0001-kernel.ts';
import * as identity from './0002-identity.ts';
import * as subscriptions from './0003-subscriptions.ts';
import * as billing from './0004-billing.ts';
import * as playback from './0006-playback.ts';
import * as catalog from './0005-catalog.ts';
import * as jobs from './0007-jobs.ts';
import * as notifications from './0008-notifications.ts';
import * as rateLimits from './0009-rate-limits.ts';
import * as invoices from './0010-invoices.ts';
import * as coupons from './0011-coupons.ts';
import * as billingAccounts from './0012-billing-accounts.ts';
import * as providerEvents from './0013-provider-events.ts';
import * as simulatedGateway from './0014-simulated-gateway.ts';
import * as providerSubscriptions from './0015-provider-subscriptions.ts';
import * as meters from './0016-meters.ts';
import * as serviceKeys from './0017-service-keys.ts';
import * as meterBills from './0018-meter-bills.ts';
import * as search from './0019-search.ts';
import * as packages from './0020-packages.ts';
import * as resumableUploads from './0021-resumable-uploads.ts';
import * as archives from './0022-archives.ts';
import * as tidyMeters from './0023-tidy-meters.ts';
import * as remoteMedia from './0024-remote-media.ts';
import * as settledProgress from './0025-settled-progress.ts';

/** Every migration by the name it has in the database: the same whether it runs from source or from a build. */
const migrations: Readonly<Record<string, Knex.Migration>> = {
  '0001-kernel': kernel,
  '0002-identity': identity,
  '0003-subscriptions': subscriptions,
  '0004-billing': billing,
  '0005-catalog': catalog,
  '0006-playback': playback,
  '0007-jobs': jobs,
  '0008-notifications': notifications,
  '0009-rate-limits': rateLimits,
  '0010-invoices': invoices,
  '0011-coupons': coupons,
  '0012-billing-accounts': billingAccounts,
  '0013-provider-events': providerEvents,
  '0014-simulated-gateway': simulatedGateway,
  '0015-provider-subscriptions': providerSubscriptions,
  '0016-meters': meters,
  '0017-service-keys': serviceKeys,
  '0018-meter-bills': meterBills,
  '0019-search': search,
  '0020-packages': packages,
  '0021-resumable-uploads': resumableUploads,
  '0022-archives': archives,
  '0023-tidy-meters': tidyMeters,
  '0024-remote-media': remoteMedia,
  '0025-settled-progress': settledProgress,
};

/** A migration without the limit that a statement of the service has: a table may be as large as it is. */
export function unhurried({ up, down }: Knex.Migration): Knex.Migration {
  const without =
    (step: (knex: Knex) => PromiseLike<unknown>) =>
    async (knex: Knex): Promise<void> => {
      // Of its transaction alone.
      if (knex.client.config.client === 'pg') await knex.raw('set local statement_timeout = 0');
      await step(knex);
    };
  return { up: without(up), ...(down ? { down: without(down) } : {}) };
}

export const migrationSource: Knex.MigrationSource<string> = {
  getMigrations: async () => Object.keys(migrations),
  getMigrationName: (name) => name,
  getMigration: async (name) => {
    const migration = migrations[name];
    if (!migration) throw new Error(`no migration is called ${name}`);
    return unhurried(migration);
  },
};
