import type { Container } from 'inversify';
import { createReactor } from '../../src/reactions.ts';
import {
  createOperations,
  createTableQueue,
  deliveryPolicy,
  type DeliveryPolicy,
} from '../../src/operations/index.ts';
import { createInlineRunner } from '../jobs/inline.ts';
import { createDeliver, createPgBossQueue } from '../jobs/pg-boss-queue.ts';
import { createLine } from '../jobs/line.ts';
import { createPgBossRunner } from '../jobs/pg-boss.ts';
import { jobsOf } from '../jobs/schedule.ts';
import { withinSeconds } from '../jobs/time-limit.ts';
import type { Config } from './config.ts';
import * as keys from './keys.ts';
import { provide } from './token.ts';

const policyOf = ({ deliveryLeaseSeconds }: Config): DeliveryPolicy => ({
  ...deliveryPolicy,
  leaseSeconds: deliveryLeaseSeconds,
});

/** Few enough for a slow gateway to answer within the time of one delivery; the sweep takes the rest. */
const REFUNDS_AT_ONCE = 2;
const TOLD_AT_ONCE = 2;

/** What happens behind the answers: reactions, due work, the clock. */
export function provideBackground(container: Container): void {
  provide(
    container,
    keys.PACKAGING_LINE,
    [keys.PACKAGER, keys.CATALOG, keys.FAILURES],
    (packager, catalog, failures) =>
      packager && createLine('packaging', (limit) => catalog.packageDue(limit), failures),
  );
  provide(
    container,
    keys.REACT,
    [
      keys.CONFIG,
      keys.NOTIFICATIONS,
      keys.SUBSCRIPTIONS,
      keys.PLAYBACK,
      keys.BILLING,
      keys.CATALOG,
      keys.ENTITLEMENTS,
      keys.PACKAGING_LINE,
    ],
    (config, notifications, subscriptions, playback, billing, catalog, entitlements, packaging) =>
      withinSeconds(
        createReactor({
          notifications,
          subscriptions,
          playback,
          entitlements,
          billing: {
            closeAccount: (accountId) => billing.closeAccount(accountId),
            eraseAccount: (accountId) => billing.eraseAccount(accountId),
            refundCanceledStart: (canceled) => billing.refundCanceledStart(canceled),
            expireAwaited: (over) => billing.expireAwaited(over),
            followSubscription: async (of) => {
              await billing.followSubscription(of);
              await billing.tellProviders(TOLD_AT_ONCE);
            },
            processProviderEvent: (name) => billing.processProviderEvent(name),
            sendRefunds: async () => void (await billing.sendRefunds(REFUNDS_AT_ONCE)),
          },
          catalog: {
            countView: async (view) => void (await catalog.countViews([view])),
            packageSoon: async () => packaging?.ask(),
          },
        }),
        config.deliveryLeaseSeconds,
      ),
  );
  provide(
    container,
    keys.JOBS,
    [
      keys.UNIT_OF_WORK,
      keys.CLOCK,
      keys.SUBSCRIPTIONS,
      keys.BILLING,
      keys.PLAYBACK,
      keys.CATALOG,
      keys.IDENTITY,
      keys.ENTITLEMENTS,
      keys.SIMULATED,
      keys.PACKAGING_LINE,
    ],
    (
      unitOfWork,
      clock,
      subscriptions,
      billing,
      playback,
      catalog,
      identity,
      entitlements,
      simulated,
      packaging,
    ) =>
      jobsOf({
        'subscriptions.advance': (limit) => subscriptions.advanceDue(limit),
        'billing.resolve-payments': (limit) => billing.resolveUnknown(limit),
        'billing.tell-provider': (limit) => billing.tellProviders(limit),
        'billing.collect': (limit) => billing.collectDue(limit),
        'billing.refund': (limit) => billing.sendRefunds(limit),
        ...(simulated && {
          'simulated.deliver-webhooks': (limit: number) => simulated.delivery.deliverDue(limit),
        }),
        'entitlements.expire-reservations': (limit) => entitlements.expireReservations(limit),
        'entitlements.tidy': (limit) => entitlements.tidy(limit),
        'playback.reap-silent': (limit) => playback.reapSilent(limit),
        'playback.archive-history': (limit) => playback.archiveHistory(limit),
        'catalog.publish-due': (limit) => catalog.publishDue(limit),
        'catalog.rank-trending': (limit) => catalog.rankTrending(limit),
        'catalog.fail-stale-uploads': (limit) => catalog.failStaleUploads(limit),
        ...(packaging && { 'catalog.package-due': packaging.sweep }),
        'catalog.ask-provider': (limit) => catalog.askProvider(limit),
        'catalog.remove-files': (limit) => catalog.removeDueFiles(limit),
        'identity.remove-unverified': (limit) => identity.sweepUnverified(limit),
        'identity.clean-up': (limit) => identity.sweepExpired(limit),
        'idempotency.purge': async (limit) => ({
          done: await unitOfWork.run(({ idempotency }) => idempotency.purge(clock.now(), limit)),
        }),
      }),
  );
  provide(
    container,
    keys.QUEUE,
    [
      keys.CONFIG,
      keys.BOSS,
      keys.CONNECTIONS,
      keys.UNIT_OF_WORK,
      keys.SYSTEM_CLOCK,
      keys.REACT,
      keys.FAILURES,
    ],
    (config, boss, connections, unitOfWork, systemClock, react, failures) =>
      boss && connections
        ? createPgBossQueue({ boss, knex: connections.writer, deliver: createDeliver(react, failures) })
        : createTableQueue({ unitOfWork, systemClock, react, failures, policy: policyOf(config) }),
  );
  provide(
    container,
    keys.OPERATIONS,
    [
      keys.UNIT_OF_WORK,
      keys.SYSTEM_CLOCK,
      keys.MOVABLE_CLOCK,
      keys.JOBS,
      keys.QUEUE,
      keys.FAILURES,
      keys.SIMULATED,
      keys.SUBSCRIPTIONS,
      keys.BILLING,
      keys.PLAYBACK,
      keys.CATALOG,
      keys.IDENTITY,
      keys.ENTITLEMENTS,
    ],
    (unitOfWork, systemClock, movableClock, jobs, queue, failures, simulated, ...dueWork) =>
      createOperations({
        unitOfWork,
        systemClock,
        movableClock,
        jobs,
        queue,
        failures,
        dueWork: simulated ? [...dueWork, simulated.delivery] : dueWork,
      }),
  );
  provide(
    container,
    keys.RUNNER,
    [keys.CONFIG, keys.BOSS, keys.QUEUE, keys.OPERATIONS, keys.JOBS, keys.REACT, keys.FAILURES],
    (config, boss, queue, operations, jobs, react, failures) =>
      boss
        ? createPgBossRunner({
            boss,
            deliver: createDeliver(react, failures),
            operations,
            jobs,
            policy: policyOf(config),
            runs: config.runJobs,
          })
        : createInlineRunner({ queue, operations, failures }),
  );
}
