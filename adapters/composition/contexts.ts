import type { Container } from 'inversify';
import { billingPolicy, createBilling } from '../../src/billing/index.ts';
import { catalogPolicy, createCatalog } from '../../src/catalog/index.ts';
import { createEntitlements, entitlementPolicy } from '../../src/entitlements/index.ts';
import { createIdentity, identityPolicy } from '../../src/identity/index.ts';
import { createNotifications, notificationPolicy } from '../../src/notifications/index.ts';
import { createPlayback, playbackPolicy } from '../../src/playback/index.ts';
import {
  createSubscriptions,
  subscriptionOperations,
  subscriptionPolicy,
} from '../../src/subscriptions/index.ts';
import { batchedRead, group } from '../persistence/group.ts';
import { randomStreamSecrets } from '../media/stream-secrets.ts';
import { accessTokens } from '../security/access-tokens.ts';
import { commonPasswords } from '../security/common-passwords.ts';
import { refreshTokens, serverSecrets } from '../security/secrets.ts';
import { serviceKeys } from '../security/service-keys.ts';
import {
  accountAddresses,
  accountLevels,
  accountsOf,
  accountUse,
  catalogStanding,
  mailedCodes,
  metersOf,
  payersOf,
  planNames,
  plansOf,
  playableTitles,
  playbackStandings,
} from './bridges.ts';
import { exportParts } from './export-parts.ts';
import * as keys from './keys.ts';
import { provide, resolve } from './token.ts';
import { TOKEN_AUDIENCE, TOKEN_ISSUER } from './token-names.ts';

/** The contexts, each made from its stores, its ports and its policy. */
export function provideContexts(container: Container): void {
  const later =
    <T>(key: Parameters<typeof resolve<T>>[1]) =>
    (): T =>
      resolve(container, key);
  const entitlements = later(keys.ENTITLEMENTS);
  const subscriptions = later(keys.SUBSCRIPTIONS);
  const identity = later(keys.IDENTITY);
  const catalog = later(keys.CATALOG);

  provide(
    container,
    keys.SUBSCRIPTIONS,
    [keys.UNIT_OF_WORK, keys.CLOCK, keys.IDS],
    (unitOfWork, clock, ids) =>
      createSubscriptions({ unitOfWork, clock, ids, policy: subscriptionPolicy, batched: batchedRead }),
  );
  provide(container, keys.SUBSCRIPTION_OPERATIONS, [keys.IDS], (ids) =>
    subscriptionOperations({ ids, policy: subscriptionPolicy }),
  );
  provide(
    container,
    keys.BILLING,
    [
      keys.CONFIG,
      keys.UNIT_OF_WORK,
      keys.SUBSCRIPTION_OPERATIONS,
      keys.GATEWAY,
      keys.COLLECTOR,
      keys.INVOICE_PRINTER,
      keys.WEBHOOK_READERS,
      keys.WEBHOOK_COUNTS,
      keys.CLOCK,
      keys.IDS,
    ],
    (
      { purchaseStaleSeconds },
      unitOfWork,
      operations,
      gateway,
      collector,
      printer,
      webhooks,
      tally,
      clock,
      ids,
    ) =>
      createBilling({
        unitOfWork,
        operations,
        gateway,
        collector,
        webhooks,
        tally,
        payers: payersOf(identity),
        meters: metersOf(entitlements),
        printer,
        clock,
        ids,
        policy: {
          ...billingPolicy,
          staleSeconds: purchaseStaleSeconds,
          once: { ...billingPolicy.once, staleSeconds: purchaseStaleSeconds },
        },
      }),
  );
  provide(container, keys.ENTITLEMENTS, [keys.UNIT_OF_WORK, keys.CLOCK, keys.IDS], (unitOfWork, clock, ids) =>
    createEntitlements({
      unitOfWork,
      plans: plansOf(subscriptions),
      accounts: accountsOf(identity),
      clock,
      ids,
      policy: entitlementPolicy,
      together: group,
      batched: batchedRead,
    }),
  );
  provide(
    container,
    keys.CATALOG,
    [
      keys.UNIT_OF_WORK,
      keys.CLOCK,
      keys.SYSTEM_CLOCK,
      keys.IDS,
      keys.MEDIA_STORAGE,
      keys.PACKAGER,
      keys.MEDIA_PROVIDER,
      keys.WEBHOOK_COUNTS,
      keys.SOURCE_LINKS,
    ],
    (unitOfWork, clock, systemClock, ids, storage, packager, provider, tally, sourceLinks) =>
      createCatalog({
        unitOfWork,
        clock,
        systemClock,
        ids,
        storage,
        packager,
        provider,
        tally,
        sourceLinks,
        standing: catalogStanding(entitlements),
        batched: batchedRead,
        policy: catalogPolicy,
      }),
  );
  provide(
    container,
    keys.PLAYBACK,
    [
      keys.CONFIG,
      keys.UNIT_OF_WORK,
      keys.CLOCK,
      keys.IDS,
      keys.TICKETS,
      keys.PROVIDER_PLAYBACK,
      keys.ARCHIVE_FILES,
    ],
    ({ streamLimitPolicy, historyMonths }, unitOfWork, clock, ids, tickets, providerPlayback, archive) =>
      createPlayback({
        unitOfWork,
        clock,
        ids,
        tickets,
        providerPlayback,
        titles: playableTitles(catalog),
        standings: playbackStandings(entitlements),
        secrets: randomStreamSecrets,
        archive,
        policy: { ...playbackPolicy, atLimit: streamLimitPolicy, historyMonths },
        together: group,
      }),
  );
  provide(
    container,
    keys.NOTIFICATIONS,
    [keys.CONFIG, keys.UNIT_OF_WORK, keys.SYSTEM_CLOCK, keys.IDS, keys.MAILER],
    ({ deliveryLeaseSeconds }, unitOfWork, systemClock, ids, mailer) =>
      createNotifications({
        unitOfWork,
        systemClock,
        ids,
        mailer,
        addresses: accountAddresses(identity),
        codes: mailedCodes(identity),
        plans: planNames(subscriptions),
        policy: {
          ...notificationPolicy,
          sendingSeconds: Math.min(notificationPolicy.sendingSeconds, deliveryLeaseSeconds / 2),
        },
      }),
  );
  provideIdentity(container);
}

function provideIdentity(container: Container): void {
  provide(
    container,
    keys.IDENTITY,
    [
      keys.CONFIG,
      keys.KEYS,
      keys.UNIT_OF_WORK,
      keys.CLOCK,
      keys.SYSTEM_CLOCK,
      keys.IDS,
      keys.PASSWORDS,
      keys.PICTURES,
    ],
    (config, { signing, server }, unitOfWork, clock, systemClock, ids, passwords, pictures) =>
      createIdentity({
        unitOfWork,
        clock,
        systemClock,
        ids,
        passwords,
        commonPasswords,
        accessTokens: accessTokens(signing, { issuer: TOKEN_ISSUER, audience: TOKEN_AUDIENCE }),
        refreshTokens: refreshTokens(server),
        secrets: serverSecrets(server),
        pictures,
        sessionMemory: {
          forget: (sessionIds) => {
            for (const id of sessionIds) resolve(container, keys.LIVE_SESSIONS).forget(id);
          },
        },
        serviceKeys,
        serviceKeyMemory: {
          forget: (digest) => resolve(container, keys.LIVE_SERVICE_KEYS).forget(digest),
        },
        levels: accountLevels(() => resolve(container, keys.ENTITLEMENTS)),
        accountUse: accountUse(() => resolve(container, keys.SUBSCRIPTIONS)),
        exportParts: () =>
          exportParts({
            subscriptions: resolve(container, keys.SUBSCRIPTIONS),
            billing: resolve(container, keys.BILLING),
            playback: resolve(container, keys.PLAYBACK),
            entitlements: resolve(container, keys.ENTITLEMENTS),
          }),
        policy: { ...identityPolicy, emailVerification: config.emailVerification },
      }),
  );
}
