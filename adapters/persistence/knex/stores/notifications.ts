import type { Notice } from '../../../../src/notifications/notice.ts';
import type { NoticeStore } from '../../../../src/notifications/ports.ts';
import { RecordTable } from '../columns.ts';
import { rawRows } from '../json-rows.ts';
import type { Database } from '../unit-of-work.ts';

const NOTICES = new RecordTable<Notice>('notices', {
  id: 'text',
  key: 'text',
  kind: 'text',
  accountId: 'text',
  recipient: 'text',
  subject: 'text',
  createdAt: 'number',
  claimedUntil: 'number',
  sentAt: 'number',
  version: 'number',
});

const NO_RECIPIENT_SQL = `update notices set recipient = '', version = version + 1
  where id in (select id from notices where account_id = ? and recipient <> '' order by id limit ?)
  returning id`;

export const knexNotices = (database: Database): NoticeStore => ({
  findByKey: (key) => NOTICES.find(database, { key }),
  add: (notice) => NOTICES.insert(database, [notice]),
  save: (notice) => NOTICES.update(database, { id: notice.id, version: notice.version - 1 }, notice),
  eraseRecipients: async (accountId, limit) =>
    (await rawRows(database, NO_RECIPIENT_SQL, [accountId, limit])).length,
});
