import { expect } from 'chai';
import { after, HOUR, instant } from '../../src/kernel/instant.ts';
import type { IdempotencyRecord, IdempotencyStore } from '../../src/kernel/once.ts';
import type { DomainEvent, Outbox } from '../../src/kernel/outbox.ts';
import type { Locks, UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const record = (key: string, claimedAt = NOW): IdempotencyRecord => ({
  key,
  fingerprint: 'f'.repeat(64),
  claimedAt,
  expiresAt: after(claimedAt, 24 * HOUR),
  subjectId: null,
  answer: null,
});

export function idempotencyContract(open: Open<{ readonly idempotency: IdempotencyStore }>): void {
  let unitOfWork: UnitOfWork<{ readonly idempotency: IdempotencyStore }>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const find = (key: string): Promise<IdempotencyRecord | undefined> =>
    unitOfWork.read(({ idempotency }) => idempotency.find(key));

  it('keeps a claim, then its answer', async () => {
    await unitOfWork.run(({ idempotency }) => idempotency.claim(record('a')));
    expect(await find('a')).to.deep.equal(record('a'));
    await unitOfWork.run(({ idempotency }) => idempotency.answer('a', { result: { id: 'x', total: 3 } }));
    expect((await find('a'))?.answer).to.deep.equal({ result: { id: 'x', total: 3 } });
  });

  it('lets one of many claim a key', async () => {
    const claims = Array.from({ length: 20 }, () =>
      unitOfWork.run(({ idempotency }) => idempotency.claim(record('a'))),
    );
    const settled = await Promise.allSettled(claims);
    expect(settled.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
  });

  it('lets an expired key be claimed anew', async () => {
    await unitOfWork.run(({ idempotency }) => idempotency.claim(record('a')));
    const renewed = record('a', after(NOW, 24 * HOUR));
    await unitOfWork.run(({ idempotency }) => idempotency.claim(renewed));
    expect(await find('a')).to.deep.equal(renewed);
  });

  it('releases a claim without an answer, and keeps one with it', async () => {
    await unitOfWork.run(async ({ idempotency }) => {
      await idempotency.claim(record('open'));
      await idempotency.claim(record('answered'));
      await idempotency.answer('answered', { result: 1 });
      await idempotency.release('open');
      await idempotency.release('answered');
    });
    expect(await find('open')).to.equal(undefined);
    expect(await find('answered')).to.not.equal(undefined);
  });

  it('purges what expired, a bounded number at a time', async () => {
    await unitOfWork.run(async ({ idempotency }) => {
      for (const key of ['a', 'b', 'c']) await idempotency.claim(record(key));
      await idempotency.claim(record('young', after(NOW, HOUR)));
    });
    const later = after(NOW, 24 * HOUR);
    expect(await unitOfWork.run(({ idempotency }) => idempotency.purge(later, 2))).to.equal(2);
    expect(await unitOfWork.run(({ idempotency }) => idempotency.purge(later, 9))).to.equal(1);
    expect(await find('young')).to.not.equal(undefined);
  });
}

const event = (id: string): DomainEvent => ({
  id,
  type: 'tests.happened',
  at: NOW,
  accountId: null,
  subjectId: 'subject',
  data: { amount: 1 },
});

export function outboxContract(open: Open<{ readonly outbox: Outbox }>): void {
  it('takes an event once: the same id again is a lost race', async () => {
    const unitOfWork = await open();
    await unitOfWork.run(({ outbox }) => outbox.add([event('a'), event('b')]));
    const again = await unitOfWork
      .run(({ outbox }) => outbox.add([event('a')]))
      .then(
        () => undefined,
        (error: unknown) => error,
      );
    expect(again).to.have.property('code', 'service.busy');
  });
}

export function lockContract(open: Open<Locks & { readonly idempotency: IdempotencyStore }>): void {
  it('lets read-then-write lose nothing behind one key', async () => {
    const unitOfWork = await open();
    const increment = (): Promise<void> =>
      unitOfWork.run(async ({ lock, idempotency }) => {
        await lock('counter');
        const known = await idempotency.find('counter');
        const count = known?.answer && 'result' in known.answer ? Number(known.answer.result) : 0;
        if (!known) await idempotency.claim(record('counter'));
        await idempotency.answer('counter', { result: count + 1 });
      });
    await Promise.all(Array.from({ length: 30 }, increment));
    const counter = await unitOfWork.read(({ idempotency }) => idempotency.find('counter'));
    expect(counter?.answer).to.deep.equal({ result: 30 });
  });
}
