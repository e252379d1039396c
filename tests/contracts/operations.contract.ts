import { expect } from 'chai';
import { after, MINUTE, instant, type Instant } from '../../src/kernel/instant.ts';
import type { DomainEvent, Outbox } from '../../src/kernel/outbox.ts';
import type { UnitOfWork } from '../../src/kernel/unit-of-work.ts';
import { failed, deliveryPolicy, redriven, type Delivery } from '../../src/operations/delivery.ts';
import { neverRun, ran, type JobRun } from '../../src/operations/job.ts';
import type {
  ClockOffsetStore,
  DeliveryStore,
  JobRunStore,
  JournalStore,
} from '../../src/operations/ports.ts';
import type { Open } from './contract.ts';

const NOW = instant(Date.UTC(2026, 0, 31, 12));
const UNTIL = after(NOW, MINUTE);

/** An event that calls for a mail, and so for one delivery. */
const event = (id: string, at: Instant = NOW): DomainEvent => ({
  id,
  type: 'subscriptions.renewed',
  at,
  accountId: 'account',
  subjectId: 'subject',
  data: { amount: 1 },
});

interface Owing {
  readonly outbox: Outbox;
  readonly deliveries: DeliveryStore;
}

export function deliveriesContract(open: Open<Owing>): void {
  let unitOfWork: UnitOfWork<Owing>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const record = (...ids: string[]): Promise<void> =>
    unitOfWork.run(({ outbox }) => outbox.add(ids.map((id) => event(id))));
  const claim = (now: Instant = NOW, limit = 10, until = UNTIL): Promise<readonly Delivery[]> =>
    unitOfWork.run(({ deliveries }) => deliveries.claim({ now, until, limit }));
  const find = (id: string): Promise<Delivery | undefined> =>
    unitOfWork.read(({ deliveries }) => deliveries.find(`${id}.notifications.deliver`));
  const theOne = async (): Promise<Delivery> => {
    const [delivery] = await claim();
    if (!delivery) throw new Error('nothing is owed');
    return delivery;
  };

  it('owes a committed event to its reaction, and nothing of a rolled back one', async () => {
    await record('kept');
    const failure = new Error('on purpose');
    const broken = unitOfWork.run(async ({ outbox }) => {
      await outbox.add([event('lost')]);
      throw failure;
    });
    expect(await broken.catch((error: unknown) => error)).to.equal(failure);
    const claimed = await claim();
    expect(claimed.map(({ eventId, reaction, attempts }) => [eventId, reaction, attempts])).to.deep.equal([
      ['kept', 'notifications.deliver', 1],
    ]);
  });

  it('hands each out to one runner until its lease ends', async () => {
    await record('a', 'b', 'c');
    const claims = await Promise.all([claim(NOW, 2), claim(NOW, 2), claim(NOW, 2)]);
    const ids = claims.flat().map(({ eventId }) => eventId);
    expect(ids.sort()).to.deep.equal(['a', 'b', 'c']);
    expect(await claim(instant(UNTIL - 1))).to.deep.equal([]);
    expect(await claim(UNTIL, 10, after(UNTIL, MINUTE))).to.have.length(3);
  });

  it('tells whether anything is due', async () => {
    const anyDue = (now: Instant): Promise<boolean> =>
      unitOfWork.read(({ deliveries }) => deliveries.anyDue(now));
    expect(await anyDue(NOW)).to.equal(false);
    await record('a');
    expect(await anyDue(NOW)).to.equal(true);
    await claim();
    expect(await anyDue(NOW)).to.equal(false);
    expect(await anyDue(UNTIL)).to.equal(true);
  });

  it('forgets what is done', async () => {
    await record('a');
    const { id } = await theOne();
    await unitOfWork.run(({ deliveries }) => deliveries.done(id));
    expect(await find('a')).to.equal(undefined);
  });

  it('keeps how the newest attempt went, and not what an older one says late', async () => {
    await record('a');
    const first = await theOne();
    const [second] = await claim(UNTIL, 1, after(UNTIL, MINUTE));
    if (!second) throw new Error('the lease did not end');
    const how = { now: NOW, reason: 'late', policy: deliveryPolicy };
    await unitOfWork.run(({ deliveries }) => deliveries.settle(failed(first, how)));
    expect(await find('a')).to.deep.equal(second);
    const newest = failed(second, { ...how, reason: 'newest' });
    await unitOfWork.run(({ deliveries }) => deliveries.settle(newest));
    expect(await find('a')).to.deep.equal(newest);
  });

  it('never hands out the dead, shows them, and takes them back', async () => {
    await record('a', 'b');
    const claimed = await claim();
    const dead = { ...(claimed[0] as Delivery), diedAt: NOW, lastError: 'Error: no' };
    await unitOfWork.run(({ deliveries }) => deliveries.settle(dead));
    expect(await claim(UNTIL, 10, after(UNTIL, MINUTE))).to.have.length(1);
    const backlog = await unitOfWork.read(({ deliveries }) => deliveries.backlog(10));
    expect(backlog).to.deep.equal({ waiting: 1, dead: [dead] });
    await unitOfWork.run(({ deliveries }) => deliveries.settle(redriven(dead, UNTIL)));
    const [again] = await claim(UNTIL, 10, after(UNTIL, MINUTE));
    expect(again).to.include({ id: dead.id, attempts: 1, diedAt: null });
  });
}

export function journalContract(
  open: Open<{ readonly outbox: Outbox; readonly journal: JournalStore }>,
): void {
  it('lists events in the order of recording, whatever their times, from a place on', async () => {
    const unitOfWork = await open();
    const read = <R>(work: (journal: JournalStore) => Promise<R>): Promise<R> =>
      unitOfWork.read(({ journal }) => work(journal));
    expect(await read((journal) => journal.end())).to.equal(0);
    await unitOfWork.run(({ outbox }) => outbox.add([event('b', UNTIL)]));
    const place = await read((journal) => journal.end());
    await unitOfWork.run(({ outbox }) => outbox.add([event('c', UNTIL), event('a', NOW)]));
    const since = await read((journal) => journal.since(place, 10));
    expect(since.map((entry) => entry.event)).to.deep.equal([event('c', UNTIL), event('a', NOW)]);
    expect(await read((journal) => journal.since(place, 1))).to.have.length(1);
    expect(since.at(-1)?.position).to.equal(await read((journal) => journal.end()));
  });

  it('finds events by id, and leaves out what it does not have', async () => {
    const unitOfWork = await open();
    await unitOfWork.run(({ outbox }) => outbox.add([event('a'), event('b')]));
    const found = await unitOfWork.read(({ journal }) => journal.findAll(['b', 'x']));
    expect(found).to.deep.equal([event('b')]);
  });
}

export function jobRunsContract(open: Open<{ readonly jobRuns: JobRunStore }>): void {
  let unitOfWork: UnitOfWork<{ readonly jobRuns: JobRunStore }>;
  beforeEach(async () => {
    unitOfWork = await open();
  });
  const take = (now: Instant): Promise<boolean> =>
    unitOfWork.run(({ jobRuns }) => jobRuns.take({ name: 'job', now, nextRunAt: after(now, MINUTE) }));
  const find = (): Promise<JobRun | undefined> => unitOfWork.read(({ jobRuns }) => jobRuns.find('job'));

  it('gives each turn to one of many', async () => {
    const first = await Promise.all(Array.from({ length: 8 }, () => take(NOW)));
    expect(first.filter(Boolean)).to.have.length(1);
    expect(await take(instant(UNTIL - 1))).to.equal(false);
    const second = await Promise.all(Array.from({ length: 8 }, () => take(UNTIL)));
    expect(second.filter(Boolean)).to.have.length(1);
  });

  it('keeps outcomes without moving the next run', async () => {
    await take(NOW);
    const success = ran((await find()) ?? neverRun('job', NOW), NOW, { done: 7 });
    await unitOfWork.run(({ jobRuns }) => jobRuns.put(success));
    await take(UNTIL);
    const failure = ran(success, UNTIL, { error: 'Error: no' });
    await unitOfWork.run(({ jobRuns }) => jobRuns.put(failure));
    const kept = { ...failure, nextRunAt: after(UNTIL, MINUTE) };
    expect(await find()).to.deep.equal(kept);
    expect(kept).to.include({ lastSuccessAt: NOW, lastDone: 7, lastErrorAt: UNTIL });
  });

  it('lists by name, jobs that were only ever run by hand included', async () => {
    await take(NOW);
    await unitOfWork.run(({ jobRuns }) => jobRuns.put(neverRun('by-hand', UNTIL)));
    const list = await unitOfWork.read(({ jobRuns }) => jobRuns.list());
    expect(list).to.deep.equal([neverRun('by-hand', UNTIL), neverRun('job', UNTIL)]);
  });
}

export function clockOffsetContract(open: Open<{ readonly clockOffset: ClockOffsetStore }>): void {
  it('starts at nought, rises, and never falls', async () => {
    const unitOfWork = await open();
    const raise = (offset: number): Promise<number> =>
      unitOfWork.run(({ clockOffset }) => clockOffset.raise(offset));
    const read = (): Promise<number> => unitOfWork.read(({ clockOffset }) => clockOffset.read());
    expect(await read()).to.equal(0);
    expect(await raise(5_000)).to.equal(5_000);
    expect(await raise(3_000)).to.equal(5_000);
    await Promise.all([8_000, 9_000, 7_000].map(raise));
    expect(await read()).to.equal(9_000);
  });
}
