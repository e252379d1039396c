import { expect } from 'chai';
import type { BillingStores, StoredEvent } from '../../src/billing/index.ts';
import { after } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

type Stores = Pick<BillingStores, 'providerEvents'>;

const event = (id: string, changes: Partial<StoredEvent> = {}): StoredEvent => ({
  provider: 'simulated',
  id,
  type: 'charge.refunded',
  createdAt: NOW,
  objectKey: 'sim_1',
  body: {
    kind: 'charge-refunded',
    paymentKey: 'usher-1',
    reference: 'sim_1',
    amountMinor: 400,
    invoice: null,
  },
  receivedAt: after(NOW, 5),
  processedAt: null,
  error: null,
  attempts: 0,
  ...changes,
});

export function providerEventsContract(open: Open<Stores>): void {
  let unitOfWork: UnitOfWork<Stores>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const add = (row: StoredEvent): Promise<boolean> =>
    unitOfWork.run(({ providerEvents }) => providerEvents.add(row));
  const find = (provider: string, id: string): Promise<StoredEvent | undefined> =>
    unitOfWork.read(({ providerEvents }) => providerEvents.find({ provider, id }));

  it('takes an event once per provider, and leaves the first as it was', async () => {
    expect(await add(event('a'))).to.equal(true);
    expect(await add(event('a', { type: 'another', attempts: 9 }))).to.equal(false);
    expect(await add(event('a', { provider: 'stripe' }))).to.equal(true);
    expect(await find('simulated', 'a')).to.deep.equal(event('a'));
    expect(await find('stripe', 'a')).to.deep.equal(event('a', { provider: 'stripe' }));
    expect(await find('stripe', 'b')).to.equal(undefined);
  });

  it('takes an event once of many who bring it at once', async () => {
    const taken = await Promise.all(Array.from({ length: 10 }, () => add(event('a'))));
    expect(taken.filter(Boolean)).to.have.length(1);
  });

  it('tells a life by the provider’s clock, then by id', async () => {
    const [first, second, third] = [
      event('c'),
      event('a', { createdAt: after(NOW, 1) }),
      event('b', { createdAt: after(NOW, 1) }),
    ];
    for (const row of [third, event('x', { objectKey: 'sim_2' }), first, second]) await add(row);
    await add(event('c', { provider: 'stripe' }));
    const life = await unitOfWork.read(({ providerEvents }) =>
      providerEvents.ofObject({ provider: 'simulated', objectKey: 'sim_1' }),
    );
    expect(life).to.deep.equal([first, second, third]);
  });

  it('keeps what became of an event', async () => {
    await add(event('a'));
    const failed = event('a', { error: 'the plan is gone', attempts: 1 });
    await unitOfWork.run(({ providerEvents }) => providerEvents.save(failed));
    expect(await find('simulated', 'a')).to.deep.equal(failed);
    const done = event('a', { processedAt: after(NOW, 9), attempts: 2 });
    await unitOfWork.run(({ providerEvents }) => providerEvents.save(done));
    expect(await find('simulated', 'a')).to.deep.equal(done);
  });
}
