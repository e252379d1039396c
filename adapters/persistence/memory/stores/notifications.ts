import type { Notice } from '../../../../src/notifications/notice.ts';
import type { NoticeStore } from '../../../../src/notifications/ports.ts';
import type { TableDefinition } from '../table.ts';
import type { MemoryTransaction } from '../unit-of-work.ts';

const NOTICES: TableDefinition<Notice> = {
  name: 'notices',
  key: (notice) => notice.id,
  unique: { notices_key: (notice) => notice.key },
};

export function memoryNotices({ table }: MemoryTransaction): NoticeStore {
  const notices = table(NOTICES);
  return {
    findByKey: async (key) => notices.holder('notices_key', key),
    add: async (notice) => notices.insert(notice),
    save: async (notice) => notices.update(notice, (stored) => stored.version === notice.version - 1),
    eraseRecipients: async (account, limit) => {
      const addressed = notices
        .where(({ accountId, recipient }) => accountId === account && recipient !== '')
        .slice(0, limit);
      for (const notice of addressed) notices.put({ ...notice, recipient: '', version: notice.version + 1 });
      return addressed.length;
    },
  };
}
