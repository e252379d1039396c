import { randomUUID } from 'node:crypto';
import { systemClock } from '../../adapters/clock/system-clock.ts';
import type { AllStores } from '../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { createNotifications, type Mailer } from '../../src/notifications/index.ts';
import { deliveryPolicy, type DeliveryPolicy, type React } from '../../src/operations/index.ts';

/** Leases short enough to wait for, in the same order as the real ones. */
export const patience: DeliveryPolicy = {
  ...deliveryPolicy,
  firstRetrySeconds: 1,
  backoffFactor: 1,
  leaseSeconds: 3,
};

/** A reaction that mails for real, to one account, with real notices. */
export function mailing({
  unitOfWork,
  mailer,
}: {
  readonly unitOfWork: () => UnitOfWork<AllStores>;
  readonly mailer: Mailer;
}): React {
  return async (_reaction, event) => {
    const notifications = createNotifications({
      unitOfWork: unitOfWork(),
      systemClock,
      ids: { next: () => randomUUID() },
      mailer,
      addresses: { of: async () => ({ email: 'ann@example.com', name: 'Ann' }) },
      codes: { codeOf: async () => '123456' },
      plans: { nameOf: async () => 'Premium' },
      policy: { sendingSeconds: 1 },
    });
    await notifications.deliver(event);
  };
}
