import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'chai';
import { withinSeconds } from '../../adapters/jobs/time-limit.ts';
import { instant } from '../../src/kernel/instant.ts';
import type { DomainEvent } from '../../src/kernel/outbox.ts';
import { deliveryPolicy } from '../../src/operations/index.ts';
import { queueOpeners, type OpenQueue, type QueueName, type QueueOptions } from '../world/delivery-queues.ts';
import { eventually } from '../world/eventually.ts';

const policy = { ...deliveryPolicy, maxAttempts: 2, firstRetrySeconds: 1, leaseSeconds: 5 };

const event = (id: string): DomainEvent => ({
  id,
  type: 'subscriptions.renewed',
  at: instant(Date.UTC(2026, 0, 31, 12)),
  accountId: 'account',
  subjectId: 'subject',
  data: {},
});

class OnPurpose extends Error {}

for (const name of Object.keys(queueOpeners) as QueueName[]) {
  describe(`bringing events to their reactions by ${name}`, () => {
    let open: OpenQueue | undefined;
    const start = async (options: Partial<QueueOptions>, { running = true } = {}): Promise<OpenQueue> => {
      open = await queueOpeners[name]({ react: async () => undefined, policy, ...options });
      // pg-boss takes nothing in before it has started.
      if (running || name === 'pg-boss') await open.runner.start();
      return open;
    };
    afterEach(async () => {
      await open?.runner.stop();
      await open?.close();
      open = undefined;
    });

    const record = ({ unitOfWork }: OpenQueue, id: string, { fails = false } = {}): Promise<void> =>
      unitOfWork.run(async ({ outbox }) => {
        await outbox.add([event(id)]);
        if (fails) throw new OnPurpose();
      });

    it('delivers if and only if the unit of work committed, at a forced rollback of every other', async () => {
      const delivered: string[] = [];
      const queue = await start({
        react: async (reaction, { id }) => {
          expect(reaction).to.equal('notifications.deliver');
          delivered.push(id);
        },
      });
      const ids = Array.from({ length: 40 }, (_, index) => `event-${index}`);
      await Promise.allSettled(ids.map((id, index) => record(queue, id, { fails: index % 2 === 1 })));
      const committed = ids.filter((_, index) => index % 2 === 0).sort();
      await eventually('all is delivered', () => new Set(delivered).size === committed.length);
      await eventually('nothing waits', async () => (await queue.queue.backlog()).waiting === 0);
      expect([...new Set(delivered)].sort()).to.deep.equal(committed);
    });

    it('tries a failing reaction again, gives it up at the limit, and drives it anew when told', async () => {
      let broken = true;
      let tries = 0;
      const queue = await start({
        react: async (_reaction, { id }) => {
          if (id !== 'poison') return;
          tries += 1;
          if (broken) throw new OnPurpose('no mail today');
        },
      });
      await record(queue, 'poison');
      await record(queue, 'sound');
      await eventually('it is dead', async () => (await queue.queue.backlog()).dead.length === 1, 15_000);
      expect(tries).to.equal(2);
      const [dead] = (await queue.queue.backlog()).dead;
      expect(dead).to.include({
        eventId: 'poison',
        eventType: 'subscriptions.renewed',
        reaction: 'notifications.deliver',
        attempts: 2,
        lastError: 'Error: no mail today',
      });
      broken = false;
      await queue.operations.retryDelivery(dead?.id ?? '');
      queue.runner.nudge();
      await eventually('it is delivered', () => tries === 3);
      await eventually('nothing is left', async () => {
        const { waiting, dead: left } = await queue.queue.backlog();
        return waiting === 0 && left.length === 0;
      });
    });

    it('refuses to drive anew what is not dead', async () => {
      const queue = await start({});
      for (const id of ['nonsense', '01980000-0000-7000-8000-000000000000']) {
        const error: unknown = await queue.operations.retryDelivery(id).catch((reason: unknown) => reason);
        expect(error).to.have.property('code', 'request.not-found');
      }
    });

    it('drains at once what is due, and what that brings about', async () => {
      const delivered: string[] = [];
      const queue = await start(
        {
          react: async (_reaction, { id }) => {
            delivered.push(id);
            if (id === 'first') await record(queue, 'second');
          },
        },
        { running: false },
      );
      await record(queue, 'first');
      await queue.operations.settle();
      expect(delivered).to.deep.equal(['first', 'second']);
    });

    it('finishes what runs before it stops', async () => {
      let finished = false;
      let begun = false;
      const queue = await start({
        react: async () => {
          begun = true;
          await pause(300);
          finished = true;
        },
      });
      await record(queue, 'slow');
      await eventually('it has begun', () => begun);
      await queue.runner.stop();
      expect(finished).to.equal(true);
    });
  });
}

describe('the time limit of a reaction', () => {
  const outcome = (work: Promise<void>): Promise<string> =>
    work.then(
      () => 'done',
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );

  it('fails one that hangs, and lets through how the others went', async () => {
    const hanging = withinSeconds(() => new Promise(() => undefined), 0.02);
    expect(await outcome(hanging('tests.hang', event('a')))).to.equal('tests.hang took longer than 0.02 s');
    expect(await outcome(withinSeconds(async () => undefined, 5)('tests.quick', event('a')))).to.equal(
      'done',
    );
    const broken = withinSeconds(() => Promise.reject(new OnPurpose('no mail today')), 5);
    expect(await outcome(broken('tests.broken', event('a')))).to.equal('no mail today');
  });
});
