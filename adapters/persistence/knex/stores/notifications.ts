import type { Notice } from '../../../../src/notifications/notice.ts';
import type { NoticeStore } from '../../../../src/notifications/ports.ts';
import { RecordTable } from '../columns.ts';
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

export const knexNotices = (database: Database): NoticeStore => ({
  findByKey: (key) => NOTICES.find(database, { key }),
  add: (notice) => NOTICES.insert(database, [notice]),
  save: (notice) => NOTICES.update(database, { id: notice.id, version: notice.version - 1 }, notice),
});
