import { expect } from 'chai';
import { after, HOUR, instant, MINUTE, SECOND, type Instant } from '../../../src/kernel/instant.ts';
import { playbackPolicy as policy } from '../../../src/playback/policy.ts';
import { excess, planSeat, type SeatRequest } from '../../../src/playback/seats.ts';
import {
  beginStream,
  isLive,
  report,
  stop,
  ticketEnd,
  type NewStream,
  type Stream,
} from '../../../src/playback/stream.ts';

const NOON = instant(Date.UTC(2026, 0, 31, 12));
const at = (seconds: number): Instant => after(NOON, seconds * SECOND);

let counter = 0;
const begun = (changes: Partial<NewStream> = {}, startedAt: Instant = NOON): Stream => {
  counter += 1;
  return beginStream(
    {
      id: `stream-${counter.toString().padStart(4, '0')}`,
      accountId: 'alice',
      secretHash: null,
      deviceId: `device-${counter}`,
      deviceName: 'Television',
      titleId: 'film',
      title: 'Metropolis',
      accessLevel: 'free',
      isPrivileged: false,
      terminationCode: `code-${counter}`,
      positionSeconds: 0,
      durationSeconds: 3_600,
      creditsStartSeconds: null,
      ...changes,
    },
    { now: startedAt, policy },
  );
};
const told = (
  stream: Stream,
  seq: number,
  positionSeconds: number,
  seconds: number,
  paused = false,
): Stream =>
  report(
    stream,
    { seq, positionSeconds, state: paused ? 'paused' : 'playing' },
    { now: at(seconds), policy },
  );

describe('a lease', () => {
  it('lives 90 s from the last report, half-open', () => {
    const stream = told(begun(), 1, 30, 30);
    expect(isLive(stream, after(at(120), -1))).to.equal(true);
    expect(isLive(stream, at(120))).to.equal(false);
  });

  it('ends 30 min into a pause, however often the pause is reported', () => {
    let stream = begun();
    for (let seconds = 0; seconds < 30 * 60; seconds += 30) stream = told(stream, seconds, 5, seconds, true);
    expect(stream.aliveUntil).to.equal(after(NOON, 30 * MINUTE));
    expect(told(stream, 9_999, 6, 1_795).aliveUntil).to.equal(at(1_795 + 90));
  });

  it('is not held by viewers without an account: their stream lives as long as its ticket', () => {
    const stream = begun({ accountId: null, durationSeconds: 3 * 3_600 });
    expect(stream.aliveUntil).to.equal(after(NOON, 9 * HOUR));
    expect(told(stream, 1, 1, 60).aliveUntil).to.equal(stream.aliveUntil);
  });
});

describe('a ticket', () => {
  const table = [
    [60, 6],
    [7_200, 6],
    [3 * 3_600, 9],
    [10 * 3_600, 24],
    [null, 24],
  ] as const;
  for (const [durationSeconds, hours] of table)
    it(`of a title of ${durationSeconds ?? 'unknown'} s is good for ${hours} h`, () => {
      expect(ticketEnd(durationSeconds, { now: NOON, policy })).to.equal(after(NOON, hours * HOUR));
    });
});

describe('a report', () => {
  it('with a lower or equal seq changes nothing', () => {
    const stream = told(begun(), 5, 100, 60);
    expect(told(stream, 5, 200, 90)).to.equal(stream);
    expect(told(stream, 4, 200, 90)).to.equal(stream);
    expect(told(begun(), 0, 1, 1).seq).to.equal(0);
  });

  it('counts as watched what the position gained, at most twice the wall time', () => {
    const first = told(begun(), 1, 30, 30);
    expect(first.watchedSeconds).to.equal(30);
    expect(told(first, 2, 90, 60).watchedSeconds).to.equal(90);
    expect(told(first, 2, 3_000, 60).watchedSeconds).to.equal(90);
    expect(told(first, 2, 10, 60).watchedSeconds).to.equal(30);
  });

  it('counts nothing while paused', () => {
    const paused = told(begun(), 1, 30, 30, true);
    expect(told(paused, 2, 50, 60, true).watchedSeconds).to.equal(30);
  });

  it('ends behind the duration at the duration', () => {
    expect(told(begun(), 1, 99_999, 30).positionSeconds).to.equal(3_600);
  });

  it('says when this playing was completed, once', () => {
    const done = told(begun(), 1, 3_500, 30);
    expect(done.completedAt).to.equal(at(30));
    expect(told(done, 2, 10, 60).completedAt).to.equal(at(30));
    expect(done.status).to.equal('playing');
  });
});

describe('a stop', () => {
  it('completes behind the completion mark, and stops before it', () => {
    expect(stop(told(begun(), 1, 3_500, 30), { now: at(31), policy }).status).to.equal('completed');
    expect(stop(told(begun(), 1, 100, 30), { now: at(31), policy }).status).to.equal('stopped');
  });
});

describe('seats', () => {
  const request = (changes: Partial<SeatRequest> = {}): SeatRequest => ({
    deviceId: 'new',
    deviceName: 'New one',
    limit: 2,
    terminate: [],
    atLimit: 'reject_newest',
    now: NOON,
    ...changes,
  });
  const endedIds = (open: readonly Stream[], changes: Partial<SeatRequest>): readonly string[] | 'full' => {
    const plan = planSeat(open, request(changes));
    return plan.free ? plan.ended.map(({ id }) => id) : 'full';
  };
  const [a, b] = [begun({}, NOON), begun({}, at(1))];

  it('are free below the limit, and refused at it with the active ones', () => {
    expect(endedIds([a], {})).to.deep.equal([]);
    const plan = planSeat([b, a], request());
    expect(plan).to.deep.equal({ free: false, active: [a, b] });
  });

  it('of the same device are replaced, also at the limit', () => {
    const plan = planSeat([a, b], request({ deviceId: b.deviceId }));
    expect(plan).to.have.property('free', true);
    expect(plan.free && plan.ended.map(({ id, endReason }) => [id, endReason])).to.deep.equal([
      [b.id, 'same_device'],
    ]);
  });

  it('of silent streams are free, and those streams expired', () => {
    const plan = planSeat([a, b], request({ now: a.aliveUntil }));
    expect(plan.free && plan.ended.map(({ status, endedAt }) => [status, endedAt])).to.deep.equal([
      ['expired', a.aliveUntil],
    ]);
  });

  it('are made by termination codes in their order, only as many as needed, stale ones ignored', () => {
    const codes = ['stale', b.terminationCode, b.terminationCode, a.terminationCode];
    expect(endedIds([a, b], { terminate: codes })).to.deep.equal([b.id]);
    expect(endedIds([a], { terminate: [a.terminationCode] })).to.deep.equal([]);
    expect(endedIds([a, b], { terminate: ['stale'] })).to.equal('full');
    expect(endedIds([a, b], { limit: 1, terminate: codes })).to.deep.equal([b.id, a.id]);
    expect(endedIds([a, b], { limit: 1, terminate: [a.terminationCode] })).to.equal('full');
  });

  it('go to the newest where the policy evicts the oldest', () => {
    expect(endedIds([b, a], { atLimit: 'evict_oldest' })).to.deep.equal([a.id]);
  });

  it('are without number at -1, and none at 0', () => {
    expect(endedIds([a, b], { limit: -1 })).to.deep.equal([]);
    expect(endedIds([], { limit: 0 })).to.equal('full');
  });

  it('that a lower limit takes away are those of the newest', () => {
    expect(excess([a, b], 1)).to.deep.equal([b]);
    expect(excess([a, b], 0)).to.deep.equal([b, a]);
    expect(excess([a, b], 2)).to.deep.equal([]);
    expect(excess([a, b], -1)).to.deep.equal([]);
  });
});
