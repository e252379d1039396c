import { expect } from 'chai';
import { LostRace } from '../../src/kernel/domain-error.ts';
import { after, DAY, HOUR, type Instant } from '../../src/kernel/instant.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { editProfile } from '../../src/identity/account.ts';
import type { AuditEntry } from '../../src/identity/audit.ts';
import type { MailCode } from '../../src/identity/code.ts';
import type { IdentityStores } from '../../src/identity/ports.ts';
import { account } from '../world/accounts.ts';
import { nextId, NOW } from '../world/subscriptions.ts';
import type { Open } from './contract.ts';

type Opened = UnitOfWork<IdentityStores>;

/** What the work was refused with at its first run, without the runs that follow a lost race. */
export async function firstError(
  unitOfWork: Opened,
  work: (stores: IdentityStores) => Promise<unknown>,
): Promise<unknown> {
  let first: unknown;
  await unitOfWork
    .run((stores) =>
      work(stores).catch((error: unknown) => {
        first = error;
        throw new Error('seen');
      }),
    )
    .catch(() => undefined);
  return first;
}

export function accountsContract(open: Open<IdentityStores>): void {
  let unitOfWork: Opened;
  beforeEach(async () => {
    unitOfWork = await open();
  });

  it('gives back what was added, to the last field', async () => {
    const made = account({ name: 'Ada ✨', bio: 'Mathematics', phone: '+442071838750', isAdmin: true });
    await unitOfWork.run(({ accounts }) => accounts.add(made));
    expect(await unitOfWork.read(({ accounts }) => accounts.find(made.id))).to.deep.equal(made);
    expect(await unitOfWork.read(({ accounts }) => accounts.findByEmail(made.emailKey))).to.deep.equal(made);
    expect(await unitOfWork.read(({ accounts }) => accounts.findMany([nextId(), made.id]))).to.deep.equal([
      made,
    ]);
    expect(await unitOfWork.read(({ accounts }) => accounts.find(nextId()))).to.equal(undefined);
    expect(await unitOfWork.read(({ accounts }) => accounts.findMany([]))).to.deep.equal([]);
  });

  it('refuses a second account with one address as a lost race', async () => {
    const first = account();
    await unitOfWork.run(({ accounts }) => accounts.add(first));
    const second = account({ emailKey: first.emailKey });
    let runs = 0;
    const refused = await unitOfWork
      .run(({ accounts }) => {
        runs += 1;
        return accounts.add(second);
      })
      .catch((error: unknown) => error);
    expect(refused).to.have.property('code', 'service.busy');
    expect(runs).to.equal(5);
  });

  it('refuses to save over a newer version', async () => {
    const made = account();
    await unitOfWork.run(({ accounts }) => accounts.add(made));
    await unitOfWork.run(({ accounts }) => accounts.save(editProfile(made, { name: 'Newer' })));
    const stale = await firstError(unitOfWork, ({ accounts }) =>
      accounts.save(editProfile(made, { name: 'Stale' })),
    );
    expect(stale).to.be.instanceOf(LostRace);
    expect((await unitOfWork.read(({ accounts }) => accounts.find(made.id)))?.name).to.equal('Newer');
  });

  it('lists newest first, page by page, by a part of address or name, without the deleted', async () => {
    const rows = [1, 2, 3].map((hour) =>
      account({ name: `Viewer 100%_${hour}`, createdAt: after(NOW, hour * HOUR) }),
    );
    const gone = account({ name: 'Viewer 100%_4', deletedAt: NOW });
    const other = account({ name: 'Somebody Else' });
    await unitOfWork.run(async ({ accounts }) => {
      for (const each of [...rows, gone, other]) await accounts.add(each);
    });
    const search = 'viewer 100%_';
    const first = await unitOfWork.read(({ accounts }) => accounts.list({ limit: 2 }, { search }));
    expect(first.items.map(({ id }) => id)).to.deep.equal([rows[2]?.id, rows[1]?.id]);
    const cursor = first.nextCursor ?? undefined;
    const second = await unitOfWork.read(({ accounts }) => accounts.list({ limit: 2, cursor }, { search }));
    expect(second.items.map(({ id }) => id)).to.deep.equal([rows[0]?.id]);
    expect(second.nextCursor).to.equal(null);
    const all = await unitOfWork.read(({ accounts }) => accounts.list({ limit: 9 }, { search: null }));
    expect(all.items).to.have.length(4);
  });

  it('knows what is due for removal, and when the next is', async () => {
    const [soon, later, never] = [after(NOW, HOUR), after(NOW, DAY), null].map((removalDueAt) =>
      account({ removalDueAt: removalDueAt as Instant | null }),
    );
    await unitOfWork.run(async ({ accounts }) => {
      for (const each of [later, soon, never]) if (each) await accounts.add(each);
    });
    const due = await unitOfWork.read(({ accounts }) => accounts.dueForRemoval(after(NOW, DAY), 5));
    expect(due.map(({ id }) => id)).to.deep.equal([soon?.id, later?.id]);
    expect(await unitOfWork.read(({ accounts }) => accounts.dueForRemoval(NOW, 5))).to.deep.equal([]);
    expect(await unitOfWork.read(({ accounts }) => accounts.nextRemovalAt(after(NOW, 9 * DAY)))).to.equal(
      after(NOW, HOUR),
    );
    expect(await unitOfWork.read(({ accounts }) => accounts.nextRemovalAt(NOW))).to.equal(undefined);
  });

  it('removes an account, and its address is free again', async () => {
    const made = account();
    await unitOfWork.run(({ accounts }) => accounts.add(made));
    await unitOfWork.run(({ accounts }) => accounts.remove(made.id));
    const again = account({ emailKey: made.emailKey });
    await unitOfWork.run(({ accounts }) => accounts.add(again));
    const found = await unitOfWork.read(({ accounts }) => accounts.findByEmail(made.emailKey));
    expect(found?.id).to.equal(again.id);
  });
}

const code = (accountId: string, changes: Partial<MailCode> = {}): MailCode => ({
  id: nextId(),
  accountId,
  purpose: 'verify-email',
  digest: 'd'.repeat(64),
  triesLeft: 5,
  createdAt: NOW,
  expiresAt: after(NOW, HOUR),
  ...changes,
});

export function codesContract(open: Open<IdentityStores>): void {
  it('keeps the newest code of each account and purpose', async () => {
    const unitOfWork = await open();
    const [owner, stranger] = [nextId(), nextId()];
    const [old, fresh] = [code(owner), code(owner)];
    const reset = code(owner, { purpose: 'reset-password' });
    const others = code(stranger);
    await unitOfWork.run(async ({ codes }) => {
      for (const each of [old, fresh, reset, others]) await codes.put(each);
      await codes.put({ ...fresh, triesLeft: 4 });
    });
    const find = unitOfWork.read.bind(unitOfWork);
    expect(await find(({ codes }) => codes.find(owner, 'verify-email'))).to.deep.equal({
      ...fresh,
      triesLeft: 4,
    });
    expect(await find(({ codes }) => codes.findById(old.id))).to.equal(undefined);
    await unitOfWork.run(({ codes }) => codes.remove(fresh.id));
    expect(await find(({ codes }) => codes.find(owner, 'verify-email'))).to.equal(undefined);
    expect(await find(({ codes }) => codes.findById(reset.id))).to.deep.equal(reset);
    await unitOfWork.run(({ codes }) => codes.removeAll(owner));
    expect(await find(({ codes }) => codes.findById(reset.id))).to.equal(undefined);
    expect(await find(({ codes }) => codes.findById(others.id))).to.deep.equal(others);
  });

  it('purges what expired, a bounded number at a time', async () => {
    const unitOfWork = await open();
    await unitOfWork.run(async ({ codes }) => {
      for (const each of [1, 2, 3]) await codes.put(code(nextId(), { expiresAt: after(NOW, each) }));
    });
    const purge = (limit: number): Promise<number> =>
      unitOfWork.run(({ codes }) => codes.purge(after(NOW, 2), limit));
    expect(await purge(1)).to.equal(1);
    expect(await purge(9)).to.equal(1);
    expect(await purge(9)).to.equal(0);
  });
}

export function loginThrottlesContract(open: Open<IdentityStores>): void {
  it('keeps one throttle per key, until it is forgotten', async () => {
    const unitOfWork = await open();
    const throttle = { key: 'k', failures: 6, opensAt: after(NOW, 1_000), forgottenAt: after(NOW, HOUR) };
    await unitOfWork.run(({ loginThrottles }) => loginThrottles.put({ ...throttle, failures: 5 }));
    await unitOfWork.run(({ loginThrottles }) => loginThrottles.put(throttle));
    const find = () => unitOfWork.read(({ loginThrottles }) => loginThrottles.find('k'));
    expect(await find()).to.deep.equal(throttle);
    await unitOfWork.run(({ loginThrottles }) => loginThrottles.purge(NOW, 9));
    expect(await find()).to.deep.equal(throttle);
    expect(await unitOfWork.run(({ loginThrottles }) => loginThrottles.purge(after(NOW, HOUR), 9))).to.equal(
      1,
    );
    expect(await find()).to.equal(undefined);
    await unitOfWork.run(({ loginThrottles }) => loginThrottles.put(throttle));
    await unitOfWork.run(({ loginThrottles }) => loginThrottles.remove('k'));
    expect(await find()).to.equal(undefined);
  });
}

export function mailQuotasContract(open: Open<IdentityStores>): void {
  it('keeps when a recipient was written to, until it is forgotten', async () => {
    const unitOfWork = await open();
    const quota = { recipient: 'r', sentAt: [NOW, after(NOW, 5)], forgottenAt: after(NOW, HOUR) };
    await unitOfWork.run(({ mailQuotas }) => mailQuotas.put({ ...quota, sentAt: [NOW] }));
    await unitOfWork.run(({ mailQuotas }) => mailQuotas.put(quota));
    expect(await unitOfWork.read(({ mailQuotas }) => mailQuotas.find('r'))).to.deep.equal(quota);
    expect(await unitOfWork.run(({ mailQuotas }) => mailQuotas.purge(after(NOW, HOUR), 9))).to.equal(1);
    expect(await unitOfWork.read(({ mailQuotas }) => mailQuotas.find('r'))).to.equal(undefined);
  });
}

const entry = (accountId: string | null, at: Instant): AuditEntry => ({
  id: nextId(),
  at,
  actor: 'anonymous',
  action: 'login.failed',
  object: accountId && `account:${accountId}`,
  accountId,
  address: '192.0.2.1',
});

export function auditContract(open: Open<IdentityStores>): void {
  it('lists newest first, of everybody or of one account, page by page', async () => {
    const unitOfWork = await open();
    const [ada, bob] = [nextId(), nextId()];
    const first = entry(ada, NOW);
    const second = entry(bob, after(NOW, 1));
    const third = entry(ada, after(NOW, 2));
    await unitOfWork.run(({ audit }) => audit.add([second, third]));
    await unitOfWork.run(({ audit }) => audit.add([first, entry(null, NOW)]));
    const all = await unitOfWork.read(({ audit }) => audit.list({ limit: 2 }, { accountId: null }));
    expect(all.items).to.deep.equal([third, second]);
    const cursor = all.nextCursor ?? undefined;
    const rest = await unitOfWork.read(({ audit }) => audit.list({ limit: 9, cursor }, { accountId: null }));
    expect(rest.items).to.have.length(2);
    const adas = await unitOfWork.read(({ audit }) => audit.list({ limit: 9 }, { accountId: ada }));
    expect(adas.items).to.deep.equal([third, first]);
  });

  it('takes an entry once: the same id again is a lost race, and changes nothing', async () => {
    const unitOfWork = await open();
    const made = entry(nextId(), NOW);
    await unitOfWork.run(({ audit }) => audit.add([made]));
    const again = await firstError(unitOfWork, ({ audit }) => audit.add([{ ...made, action: 'forged' }]));
    expect(again).to.not.equal(undefined);
    const kept = await unitOfWork.read(({ audit }) => audit.list({ limit: 9 }, { accountId: null }));
    expect(kept.items).to.deep.equal([made]);
  });
}
