import { expect } from 'chai';
import type { BillingStores, ProviderSubscription } from '../../src/billing/index.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

const row = (changes: Partial<ProviderSubscription> = {}): ProviderSubscription => ({
  provider: 'stripe',
  providerId: nextId(),
  customer: 'cus_1',
  accountId: nextId(),
  subscriptionId: nextId(),
  payments: { in_1: 'p1' },
  charges: {},
  isOver: false,
  wish: null,
  wishedAt: null,
  toldAt: null,
  nextTellAt: null,
  tries: 0,
  createdAt: instant(1_767_225_600_123),
  version: 1,
  ...changes,
});

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  );

type Stores = Pick<BillingStores, 'providerSubscriptions'>;

export function providerSubscriptionsContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (saved: ProviderSubscription): Promise<void> =>
    unitOfWork.run(({ providerSubscriptions }) => providerSubscriptions.save(saved));
  const find = ({
    provider,
    providerId: id,
  }: ProviderSubscription): Promise<ProviderSubscription | undefined> =>
    unitOfWork.read(({ providerSubscriptions }) => providerSubscriptions.find({ provider, id }));

  it('gives back what was saved, to the last field, by either name', async () => {
    const first = row();
    await save(first);
    expect(await find(first)).to.deep.equal(first);
    const second = {
      ...first,
      payments: { in_1: 'p1', in_2: 'p2' },
      charges: { in_1: 'pi_1' },
      isOver: true,
      wish: 'cancel-now' as const,
      wishedAt: instant(5),
      toldAt: instant(6),
      nextTellAt: instant(7),
      tries: 3,
      version: 2,
    };
    await save(second);
    const bySubscription = unitOfWork.read(({ providerSubscriptions }) =>
      providerSubscriptions.findBySubscription(first.subscriptionId ?? ''),
    );
    expect(await bySubscription).to.deep.equal(second);
    expect(await find(row())).to.equal(undefined);
    expect(await find({ ...first, provider: 'simulated' })).to.equal(undefined);
  });

  it('refuses to save over a newer version, to begin twice, and to mirror one subscription twice', async () => {
    const first = row();
    await save(first);
    expect(await codeOf(save(first))).to.equal('service.busy');
    await save({ ...first, tries: 1, version: 2 });
    expect(await codeOf(save({ ...first, tries: 9, version: 2 }))).to.equal('service.busy');
    expect((await find(first))?.tries).to.equal(1);
    expect(await codeOf(save(row({ subscriptionId: first.subscriptionId })))).to.equal('service.busy');
    await save(row({ subscriptionId: null }));
    await save(row({ subscriptionId: null }));
  });

  it('tells which wishes are due, the longest due first', async () => {
    const dueAt = [30, 10, 20].map((at) =>
      row({ nextTellAt: instant(at), wish: 'keep', wishedAt: instant(1) }),
    );
    for (const it of [...dueAt, row()]) await save(it);
    const due = (now: number, limit: number): Promise<readonly ProviderSubscription[]> =>
      unitOfWork.read(({ providerSubscriptions }) => providerSubscriptions.due(instant(now), limit));
    expect((await due(20, 9)).map(({ nextTellAt }) => nextTellAt)).to.deep.equal([10, 20]);
    expect((await due(99, 1)).map(({ nextTellAt }) => nextTellAt)).to.deep.equal([10]);
    const next = (until: number): Promise<number | undefined> =>
      unitOfWork.read(({ providerSubscriptions }) => providerSubscriptions.nextDueAt(instant(until)));
    expect(await next(9)).to.equal(undefined);
    expect(await next(99)).to.equal(10);
  });
}
