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

  it('finds those of many keys that are known, each once', async () => {
    await unitOfWork.run(async ({ idempotency }) => {
      for (const key of ['a', 'it’s "b", {null}', 'null']) await idempotency.claim(record(key));
      await idempotency.answer('a', { result: null });
    });
    const findAll = (...keys: readonly string[]) =>
      unitOfWork.read(({ idempotency }) => idempotency.findAll(keys));
    const known = await findAll('a', 'unknown', 'it’s "b", {null}', 'null', 'a');
    expect(known).to.have.deep.members([
      { ...record('a'), answer: { result: null } },
      record('it’s "b", {null}'),
      record('null'),
    ]);
    expect(await findAll()).to.deep.equal([]);
  });

  const answered = (key: string, claimedAt = NOW): IdempotencyRecord => ({
    ...record(key, claimedAt),
    subjectId: 'subject',
    answer: { result: { key, parts: [1, { of: 'two' }], none: null } },
  });
  const keepAll = (...records: readonly IdempotencyRecord[]): Promise<void> =>
    unitOfWork.run(({ idempotency }) => idempotency.keepAll(records));
  const expectLost = async (work: Promise<unknown>): Promise<void> => {
    const outcome: unknown = await work.catch((error: unknown) => error);
    expect(outcome).to.have.property('code', 'service.busy');
  };

  it('keeps many keys with their answers at once, and refusals like results', async () => {
    const details = { reason: 'limit_reached', remaining: 0 };
    const refused: IdempotencyRecord = {
      ...answered('b'),
      answer: { refusal: { kind: 'forbidden', code: 'tests.refused', message: 'No.', details } },
    };
    await keepAll(answered('c'), refused, answered('a'));
    await keepAll();
    for (const kept of [answered('a'), refused, answered('c')])
      expect(await find(kept.key)).to.deep.equal(kept);
  });

  it('loses all when another holds one of many keys, and replaces those that expired', async () => {
    await unitOfWork.run(({ idempotency }) => idempotency.claim(record('b')));
    const end = record('b').expiresAt;
    await expectLost(keepAll(answered('a'), answered('b', after(end, -1)), answered('c')));
    expect(await find('a')).to.equal(undefined);
    expect(await find('b')).to.deep.equal(record('b'));
    await keepAll(answered('a', end), answered('b', end));
    expect(await find('b')).to.deep.equal(answered('b', end));
    await expectLost(keepAll(answered('a', end)));
  });

  it('lets one of many keep a key, whatever the order they name them in', async () => {
    const keys = ['a', 'b', 'c', 'd'];
    const works = Array.from({ length: 12 }, (_, index) => {
      const records = keys.map((key) => ({ ...answered(key), fingerprint: String(index) }));
      return keepAll(...(index % 2 === 0 ? records : records.toReversed()));
    });
    const outcomes = await Promise.allSettled(works);
    const winner = outcomes.findIndex(({ status }) => status === 'fulfilled');
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).to.have.length(1);
    for (const key of keys) expect((await find(key))?.fingerprint).to.equal(String(winner));
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
