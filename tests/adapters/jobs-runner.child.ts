import { setTimeout as pause } from 'node:timers/promises';
import { createEmlFolder } from '../../adapters/email/eml-folder.ts';
import { openPgBossQueue, openSqliteQueue } from '../world/delivery-queues.ts';
import { mailing, patience } from '../world/mailing.ts';

/**
 * A process that runs jobs and dies in the middle of one: it writes the mail, says so, and never comes to
 * mark it as sent.
 */
const [kind, address = '', folder = ''] = process.argv.slice(2);
const emails = createEmlFolder({ folder, from: 'Usher <no-reply@usher.example>' });
const open = kind === 'SQLite' ? openSqliteQueue : openPgBossQueue;

const react = mailing({
  unitOfWork: () => queue.unitOfWork,
  mailer: {
    send: async (mail) => {
      await emails.send(mail);
      process.send?.('mail written');
      await pause(60_000);
    },
  },
});
const queue = await open(address, { react, policy: patience });
await queue.runner.start();
