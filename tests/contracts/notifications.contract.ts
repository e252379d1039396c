import { expect } from 'chai';
import { instant } from '../../src/kernel/instant.ts';
import { markedSent, newNotice, notificationPolicy } from '../../src/notifications/notice.ts';
import type { NotificationStores } from '../../src/notifications/ports.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const notice = (id: string, key: string) =>
  newNotice(
    { id, key, kind: 'receipt', accountId: 'account', recipient: 'a@example.com', subject: 'Receipt' },
    { now: NOW, policy: notificationPolicy },
  );

const codeOf = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => undefined,
    (error: unknown) => (error as { code?: unknown }).code,
  );

export function noticesContract(open: Open<NotificationStores>): void {
  it('gives back what was added, to the last field, by its key', async () => {
    const unitOfWork = await open();
    await unitOfWork.run(({ notices }) => notices.add(notice('1', 'receipt.x')));
    const find = (key: string) => unitOfWork.read(({ notices }) => notices.findByKey(key));
    expect(await find('receipt.x')).to.deep.equal(notice('1', 'receipt.x'));
    expect(await find('receipt.y')).to.equal(undefined);
  });

  it('refuses a second notice of one key as a lost race', async () => {
    const unitOfWork = await open();
    await unitOfWork.run(({ notices }) => notices.add(notice('1', 'receipt.x')));
    const second = unitOfWork.run(({ notices }) => notices.add(notice('2', 'receipt.x')));
    expect(await codeOf(second)).to.equal('service.busy');
  });

  it('saves over the version it knows, and over no other', async () => {
    const unitOfWork = await open();
    const added = notice('1', 'receipt.x');
    const sent = markedSent(added, NOW);
    await unitOfWork.run(({ notices }) => notices.add(added));
    await unitOfWork.run(({ notices }) => notices.save(sent));
    expect(await codeOf(unitOfWork.run(({ notices }) => notices.save(sent)))).to.equal('service.busy');
    expect(await unitOfWork.read(({ notices }) => notices.findByKey('receipt.x'))).to.deep.equal(sent);
  });
  it('forgets the addresses of an account, so many at a time, and no older version comes back', async () => {
    const unitOfWork = await open();
    const own = ['1', '2', '3'].map((id) => notice(id, `receipt.${id}`));
    const foreign = { ...notice('4', 'receipt.4'), accountId: 'other' };
    await unitOfWork.run(async ({ notices }) => {
      for (const each of [...own, foreign]) await notices.add(each);
    });
    const erase = () => unitOfWork.run(({ notices }) => notices.eraseRecipients('account', 2));
    expect([await erase(), await erase(), await erase()]).to.deep.equal([2, 1, 0]);
    for (const each of own) {
      const found = await unitOfWork.read(({ notices }) => notices.findByKey(each.key));
      expect(found).to.deep.equal({ ...each, recipient: '', version: each.version + 1 });
      const late = unitOfWork.run(({ notices }) => notices.save(markedSent(each, NOW)));
      expect(await codeOf(late)).to.equal('service.busy');
    }
    expect(await unitOfWork.read(({ notices }) => notices.findByKey('receipt.4'))).to.deep.equal(foreign);
  });
}
