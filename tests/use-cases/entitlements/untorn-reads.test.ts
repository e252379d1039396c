import { expect } from 'chai';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import { after, DAY, SECOND } from '../../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';
import {
  entitlementsOn,
  holding,
  ids,
  metered,
  NOON,
  operator,
  type EntitlementWorld,
} from '../../world/entitlements.ts';
import { openers, type OpenStores } from '../../world/stores.ts';

const PLAN = holding([metered({ limit: 10 })]);

/** Does something else in the middle of the first question, behind its reading of the meters. */
function interrupted(
  unitOfWork: UnitOfWork<AllStores>,
  meanwhile: () => Promise<unknown>,
): UnitOfWork<AllStores> {
  let isFirst = true;
  const stopping = (stores: AllStores): AllStores => ({
    ...stores,
    meters: {
      ...stores.meters,
      find: async (keys) => {
        const found = await stores.meters.find(keys);
        if (isFirst) {
          isFirst = false;
          await meanwhile();
        }
        return found;
      },
    },
  });
  return {
    run: (work) => unitOfWork.run(work),
    single: (work) => unitOfWork.single(work),
    read: (work) => unitOfWork.read((stores) => work(stopping(stores))),
  };
}

// In memory one unit of work follows another.
for (const store of ['SQLite', 'Postgres'] as const)
  describe(`a question about a meter that is moved while it is read, on ${store}`, () => {
    let stores: OpenStores;
    beforeEach(async () => {
      stores = await openers[store]();
    });
    afterEach(() => stores.close());

    const use = (accountId: string, amount: number) => ({
      ...{ accountId, feature: 'api_calls', amount, onBehalf: false },
    });
    /** What is seen of the meter while `meanwhile` happens. */
    async function seen(accountId: string, meanwhile: () => Promise<unknown>): Promise<unknown> {
      const usage = await read(accountId, meanwhile);
      return [usage?.used, usage?.limit];
    }
    async function read(accountId: string, meanwhile: (reader: EntitlementWorld) => Promise<unknown>) {
      const reader: EntitlementWorld = entitlementsOn(
        interrupted(stores.unitOfWork, () => meanwhile(reader)),
        { everybody: PLAN, startAt: after(NOON, 2 * SECOND) },
      );
      return (await reader.entitlements.usage(accountId))[0];
    }
    const world = () => entitlementsOn(stores.unitOfWork, { everybody: PLAN });

    it('tells of a lapsed reservation once, given back or not', async () => {
      const accountId = ids.next();
      const { entitlements, pass } = world();
      await entitlements.reserve({ ...use(accountId, 3), seconds: 1 });
      await entitlements.consume(use(accountId, 1));
      pass(2 * SECOND);
      expect(await seen(accountId, () => entitlements.consume(use(accountId, 4)))).to.deep.equal([5, 10]);
    });

    it('is judged by one instant, though a reservation lapses and the month turns meanwhile', async () => {
      const accountId = ids.next();
      const { entitlements, know } = world();
      know(accountId);
      await entitlements.grant({
        ...{ actor: operator, accountId, feature: 'api_calls', source: 'gift', amount: 5, priority: 1 },
        expiresAt: null,
      });
      await entitlements.reserve({ ...use(accountId, 3), seconds: 60 });
      const usage = await read(accountId, async ({ turn }) => turn(after(NOON, 60 * DAY)));
      // Of the gift, and still held: in the month that the question began in.
      expect(usage).to.include({ used: 3, limit: 15, resetsAt: Date.UTC(2026, 1, 28, 12) });
    });

    it('counts units that come from the plan and a gift together', async () => {
      const accountId = ids.next();
      const { entitlements, know } = world();
      know(accountId);
      await entitlements.grant({
        ...{ actor: operator, accountId, feature: 'api_calls', source: 'gift', amount: 2, priority: null },
        expiresAt: after(NOON, DAY),
      });
      expect(await seen(accountId, () => entitlements.consume(use(accountId, 7)))).to.deep.equal([7, 12]);
    });

    it('knows of a gift what was used of it, though it is new', async () => {
      const accountId = ids.next();
      const { entitlements, know } = world();
      know(accountId);
      const give = () =>
        entitlements.grant({
          ...({ actor: operator, accountId, feature: 'api_calls', source: 'gift', amount: 2 } as const),
          ...{ priority: null, expiresAt: after(NOON, DAY) },
        });
      const meanwhile = async (): Promise<void> => {
        await give();
        await entitlements.consume(use(accountId, 5));
      };
      expect(await seen(accountId, meanwhile)).to.deep.equal([5, 12]);
    });
  });
