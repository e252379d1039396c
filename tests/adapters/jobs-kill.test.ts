import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEmlFolder } from '../../adapters/email/eml-folder.ts';
import { instant } from '../../src/kernel/instant.ts';
import { openPgBossQueue, queueOpeners, type OpenQueue } from '../world/delivery-queues.ts';
import { eventually } from '../world/eventually.ts';
import { mailing, patience } from '../world/mailing.ts';

const event = {
  id: '01980000-0000-7000-8000-000000000001',
  type: 'billing.payment-succeeded',
  at: instant(Date.UTC(2026, 0, 31, 12)),
  accountId: 'account',
  subjectId: 'payment',
  data: { amountMinor: 999, currency: 'USD', planName: 'Premium' },
};

/** Runs a process on the queue until it is in the middle of its job, and kills it there. */
async function killInTheMiddle(...args: readonly string[]): Promise<void> {
  const child = fork(join(import.meta.dirname, 'jobs-runner.child.ts'), [...args]);
  const gone = once(child, 'exit');
  try {
    const [said] = (await Promise.race([
      once(child, 'message'),
      gone.then(() => ['ended by itself']),
    ])) as unknown[];
    expect(said).to.equal('mail written');
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

for (const name of ['SQLite', 'pg-boss'] as const) {
  describe(`a runner killed in the middle of a job, on ${name}`, function () {
    this.timeout(40_000);
    let folder: string;
    let open: OpenQueue | undefined;
    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'usher-mails-'));
    });
    afterEach(async () => {
      await open?.runner.stop();
      await open?.close();
      open = undefined;
      await rm(folder, { recursive: true });
    });

    it('has its job run again by another, with one mail in the end', async () => {
      const emails = createEmlFolder({ folder, from: 'Usher <no-reply@usher.example>' });
      let sent = 0;
      const react = mailing({
        unitOfWork: () => queue.unitOfWork,
        mailer: {
          send: async (mail) => {
            sent += 1;
            await emails.send(mail);
          },
        },
      });
      const queue = await queueOpeners[name]({ react, policy: patience });
      open = queue;
      const address = queue.address ?? '';
      // A process that only sends: pg-boss takes nothing in before it has started once.
      const sender =
        name === 'pg-boss' ? await openPgBossQueue(address, { react, policy: patience, runs: false }) : queue;
      if (sender !== queue) await sender.runner.start();
      await sender.unitOfWork.run(({ outbox }) => outbox.add([event]));
      await killInTheMiddle(name, address, folder);
      if (sender !== queue) {
        await sender.runner.stop();
        await sender.close();
      }
      expect(sent).to.equal(0);
      const [mail = ''] = await readdir(folder);
      const firstWritten = (await stat(join(folder, mail))).mtimeMs;

      await queue.runner.start();
      await eventually('it is delivered', () => sent === 1, 30_000);
      await eventually('nothing waits', async () => (await queue.queue.backlog()).waiting === 0);
      expect(await readdir(folder)).to.deep.equal([`receipt.${event.id}.eml`]);
      expect((await stat(join(folder, mail))).mtimeMs).to.be.greaterThan(firstWritten);
      const notice = await queue.unitOfWork.read(({ notices }) => notices.findByKey(`receipt.${event.id}`));
      expect(notice?.sentAt).to.be.a('number');
    });
  });
}
