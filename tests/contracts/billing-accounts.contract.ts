import { expect } from 'chai';
import type { BillingAccount, BillingStores } from '../../src/billing/index.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { nextId } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

const account = (changes: Partial<BillingAccount> = {}): BillingAccount => ({
  accountId: nextId(),
  paymentMethod: 'pm_ok',
  provider: null,
  providerCustomerId: null,
  version: 1,
  ...changes,
});

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return error instanceof Error && 'code' in error ? error.code : error;
}

export function billingAccountsContract(open: Open<Pick<BillingStores, 'billingAccounts'>>): void {
  let unitOfWork: UnitOfWork<Pick<BillingStores, 'billingAccounts'>>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const save = (row: BillingAccount): Promise<void> =>
    unitOfWork.run(({ billingAccounts }) => billingAccounts.save(row));
  const find = (accountId: string): Promise<BillingAccount | undefined> =>
    unitOfWork.read(({ billingAccounts }) => billingAccounts.find(accountId));

  it('gives back what was saved, to the last field, and nothing of others', async () => {
    const first = account();
    await save(first);
    expect(await find(first.accountId)).to.deep.equal(first);
    const second = {
      ...first,
      paymentMethod: null,
      provider: 'stripe',
      providerCustomerId: 'c1',
      version: 2,
    };
    await save(second);
    expect(await find(first.accountId)).to.deep.equal(second);
    expect(await find(nextId())).to.equal(undefined);
  });

  it('refuses to save over a newer version, and to begin twice', async () => {
    const first = account();
    await save(first);
    expect(await codeOf(save(first))).to.equal('service.busy');
    await save({ ...first, paymentMethod: 'pm_new', version: 2 });
    expect(await codeOf(save({ ...first, paymentMethod: 'pm_late', version: 2 }))).to.equal('service.busy');
    expect(await codeOf(save(account({ version: 2 })))).to.equal('service.busy');
    expect((await find(first.accountId))?.paymentMethod).to.equal('pm_new');
  });

  it('finds an account by what its provider calls it, and lets no two share that', async () => {
    const customer = nextId();
    const known = account({ provider: 'stripe', providerCustomerId: customer });
    await save(known);
    const asked = (provider: string, id: string): Promise<BillingAccount | undefined> =>
      unitOfWork.read(({ billingAccounts }) => billingAccounts.findByCustomer({ provider, id }));
    expect(await asked('stripe', customer)).to.deep.equal(known);
    expect(await asked('simulated', customer)).to.equal(undefined);
    expect(await asked('stripe', nextId())).to.equal(undefined);
    expect(await codeOf(save(account({ provider: 'stripe', providerCustomerId: customer })))).to.equal(
      'service.busy',
    );
    await save(account({ provider: 'simulated', providerCustomerId: customer }));
    await Promise.all([save(account()), save(account())]);
  });

  it('keeps one of many first saves that come at once', async () => {
    const first = account();
    const all = await Promise.allSettled(Array.from({ length: 12 }, () => save(first)));
    expect(all.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });
}
