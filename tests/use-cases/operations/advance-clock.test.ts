import { expect } from 'chai';
import { after, before, DAY, instant, type Instant } from '../../../src/kernel/instant.ts';
import type { DomainEvent } from '../../../src/kernel/outbox.ts';
import {
  createOperations,
  createTableQueue,
  deliveryPolicy,
  type Operations,
} from '../../../src/operations/index.ts';
import { VirtualClock } from '../../../adapters/clock/virtual-clock.ts';
import { memoryStores } from '../../../adapters/persistence/memory/stores/all.ts';
import { MemoryDatabase, MemoryUnitOfWork } from '../../../adapters/persistence/memory/unit-of-work.ts';
import { onEveryStore } from '../../world/stores.ts';
import type { AllStores } from '../../../adapters/persistence/all-stores.ts';
import type { UnitOfWork } from '../../../src/kernel/unit-of-work.ts';

const START = instant(Date.UTC(2026, 0, 31, 12));
const base = { now: () => START };
const failures = { failed: () => undefined };

/** Something that falls due at given instants, and is journalled when it is swept. */
class Alarms {
  readonly due: Instant[] = [];
  /** What the clock said at each sweep that found something. */
  readonly sweptAt: Instant[] = [];
  stuck = false;
  count = 0;

  nextDueAt = async (until: Instant): Promise<Instant | undefined> =>
    this.due.filter((at) => at <= until).sort((a, b) => a - b)[0];

  take(now: Instant): readonly DomainEvent[] {
    if (this.stuck) throw new Error('the sweep is broken');
    const fallen = this.due.filter((at) => at <= now).sort((a, b) => a - b);
    this.due.splice(0, Infinity, ...this.due.filter((at) => at > now));
    if (fallen.length > 0) this.sweptAt.push(now);
    return fallen.map((at) => {
      this.count += 1;
      const id = `alarm-${this.count}`;
      return { id, type: 'billing.payment-failed', at, accountId: 'account', subjectId: id, data: {} };
    });
  }
}

onEveryStore('advancing the clock', (open) => {
  let unitOfWork: UnitOfWork<AllStores>;
  let clock: VirtualClock;
  let alarms: Alarms;
  let other: Alarms;
  let operations: Operations;
  let delivered: string[];

  beforeEach(async () => {
    unitOfWork = await open();
    clock = new VirtualClock({ unitOfWork, base, onError: () => undefined });
    alarms = new Alarms();
    other = new Alarms();
    delivered = [];
    const sweepOf = (each: Alarms) => async (limit: number) => {
      const events = each.take(clock.now()).slice(0, limit);
      if (events.length > 0) await unitOfWork.run(({ outbox }) => outbox.add(events));
      return { done: events.length };
    };
    const queue = createTableQueue({
      unitOfWork,
      systemClock: base,
      failures,
      policy: deliveryPolicy,
      react: async (_reaction, { id }) => {
        delivered.push(id);
        // What a reaction brings about can fall due within the same advance.
        if (id === 'alarm-1') other.due.push(after(clock.now(), DAY));
      },
    });
    other.count = 100;
    operations = createOperations({
      unitOfWork,
      systemClock: base,
      movableClock: clock,
      queue,
      failures,
      dueWork: [alarms, other],
      jobs: [alarms, other].map((each, index) => ({
        name: `tests.alarms-${index}`,
        everyMinutes: 1,
        idempotentBecause: 'an alarm rings once',
        sweep: sweepOf(each),
      })),
    });
  });

  const refusal = (by: string): Promise<unknown> =>
    operations.advanceClock(by).then(
      () => undefined,
      (error: unknown) => (error as { code?: unknown }).code,
    );

  it('halts where something falls due, in order, delivers it, and lists it', async () => {
    alarms.due.push(after(START, 30 * DAY), after(START, DAY), after(START, 50 * DAY));
    const { now, happened, truncated } = await operations.advanceClock('P40D');
    expect(now).to.equal(after(START, 40 * DAY));
    expect(alarms.sweptAt).to.deep.equal([after(START, DAY), after(START, 30 * DAY)]);
    expect(happened.map(({ at, type, subjectId }) => [at, type, subjectId])).to.deep.equal([
      [after(START, DAY), 'billing.payment-failed', 'alarm-1'],
      [after(START, 2 * DAY), 'billing.payment-failed', 'alarm-101'],
      [after(START, 30 * DAY), 'billing.payment-failed', 'alarm-2'],
    ]);
    expect(truncated).to.equal(false);
    expect(delivered).to.deep.equal(['alarm-1', 'alarm-101', 'alarm-2']);
    expect((await operations.backlog()).waiting).to.equal(0);
  });

  it('takes what falls due at the very end, and not a millisecond later', async () => {
    alarms.due.push(after(START, DAY), instant(after(START, DAY) + 1));
    expect((await operations.advanceClock('P1D')).happened).to.have.length(1);
    expect((await operations.advanceClock('PT0.001S')).happened).to.have.length(1);
  });

  it('lists only what happened meanwhile', async () => {
    alarms.due.push(after(START, DAY));
    await operations.advanceClock('P2D');
    expect((await operations.advanceClock('P10D')).happened).to.deep.equal([]);
  });

  it('runs what is due already when it moves by nothing', async () => {
    alarms.due.push(before(START, DAY));
    const { now, happened } = await operations.advanceClock('PT0S');
    expect(now).to.equal(START);
    expect(happened).to.have.length(1);
  });

  it('gets past work that stays due, and shows its failure', async () => {
    alarms.stuck = true;
    alarms.due.push(after(START, DAY));
    other.due.push(after(START, 5 * DAY));
    const { now, happened } = await operations.advanceClock('P9D');
    expect(now).to.equal(after(START, 9 * DAY));
    expect(happened.map(({ at }) => at)).to.deep.equal([after(START, 5 * DAY)]);
    const [report] = await operations.jobReports();
    expect(report?.lastError).to.equal('Error: the sweep is broken');
  });

  it('keeps its offset for other processes and for restarts', async () => {
    await operations.advanceClock('P1M');
    const restarted = new VirtualClock({ unitOfWork, base, onError: () => undefined });
    expect(restarted.now()).to.equal(START);
    await restarted.start();
    restarted.stop();
    expect(restarted.now()).to.equal(instant(Date.UTC(2026, 1, 28, 12)));
  });

  it('serves two that ask at once one after the other', async () => {
    const both = await Promise.all([operations.advanceClock('P1D'), operations.advanceClock('P2D')]);
    expect(both.map(({ now }) => now)).to.deep.equal([after(START, DAY), after(START, 3 * DAY)]);
  });

  it('refuses to go back, beyond ten years, and what is no duration', async () => {
    for (const by of ['-P1D', 'P10YT1S', 'tomorrow', ''])
      expect(await refusal(by)).to.equal('request.invalid');
    expect(clock.now()).to.equal(START);
  });
});

describe('advancing the system’s clock', () => {
  it('is a thing that does not exist', async () => {
    const operations = createOperations({
      unitOfWork: new MemoryUnitOfWork(new MemoryDatabase(), (transaction) => memoryStores(transaction)),
      systemClock: base,
      movableClock: null,
      dueWork: [],
      jobs: [],
      failures,
      queue: {
        drain: async () => 0,
        backlog: async () => ({ waiting: 0, dead: [] }),
        redrive: async () => false,
      },
    });
    const error: unknown = await operations.advanceClock('P1D').catch((reason: unknown) => reason);
    expect(error).to.have.property('code', 'request.not-found');
  });
});
