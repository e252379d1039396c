import { expect } from 'chai';
import {
  clamped,
  isCompleted,
  isStarted,
  isView,
  percentOf,
  resumePosition,
} from '../../../src/playback/marks.ts';
import { playbackPolicy as policy } from '../../../src/playback/policy.ts';

const time = (durationSeconds: number | null, creditsStartSeconds: number | null = null) => ({
  durationSeconds,
  creditsStartSeconds,
});
const HOUR_LONG = time(3_600);
const CLIP = time(20);
const UNKNOWN = time(null);

describe('a title counts as started', () => {
  const table = [
    [HOUR_LONG, 59.999, false],
    [HOUR_LONG, 60, true],
    [time(600), 29.9, false],
    [time(600), 30, true],
    [CLIP, 0.999, false],
    [CLIP, 1, true],
    [UNKNOWN, 59, false],
    [UNKNOWN, 60, true],
    [time(0), 59, false],
  ] as const;
  for (const [title, position, expected] of table)
    it(`${position} s of ${title.durationSeconds ?? 'unknown'}: ${expected}`, () => {
      expect(isStarted(position, title, policy)).to.equal(expected);
    });
});

describe('a title counts as completed', () => {
  const table = [
    [HOUR_LONG, 3_240, false, 'exactly 90 %'],
    [HOUR_LONG, 3_240.001, true, 'more than 90 %'],
    [time(200), 169.9, false, '30.1 s left'],
    [time(200), 170, true, '30 s left'],
    [time(3_600, 3_000), 2_999.9, false, 'before the credits'],
    [time(3_600, 3_000), 3_000, true, 'at the credits'],
    [time(3_600, 3_500), 3_400, false, 'more than 90 %, but before the credits mark, which decides alone'],
    [CLIP, 0, false, 'a clip shorter than 30 s that was not begun'],
    [CLIP, 1, true, 'a clip shorter than 30 s that was begun'],
    [UNKNOWN, 1_000_000, false, 'an unknown duration'],
    [time(null, 3_000), 3_000, true, 'an unknown duration with a credits mark'],
  ] as const;
  for (const [title, position, expected, why] of table)
    it(`${why}: ${expected}`, () => {
      expect(isCompleted(position, title, policy)).to.equal(expected);
    });
});

describe('a view', () => {
  const table = [
    [HOUR_LONG, 9.999, false],
    [HOUR_LONG, 10, true],
    [time(12), 5.9, false],
    [time(12), 6, true],
    [UNKNOWN, 9, false],
    [UNKNOWN, 10, true],
  ] as const;
  for (const [title, watched, expected] of table)
    it(`${watched} s watched of ${title.durationSeconds ?? 'unknown'}: ${expected}`, () => {
      expect(isView(watched, title, policy)).to.equal(expected);
    });
});

describe('a position', () => {
  it('stays within the title, to the millisecond', () => {
    expect(clamped(5_000, HOUR_LONG)).to.equal(3_600);
    expect(clamped(-1, HOUR_LONG)).to.equal(0);
    expect(clamped(12.34567, HOUR_LONG)).to.equal(12.346);
    expect(clamped(5_000, UNKNOWN)).to.equal(5_000);
  });

  it('is shown in whole percent, when the duration is known', () => {
    expect(percentOf(1_799, 3_600)).to.equal(49);
    expect(percentOf(9_999, 3_600)).to.equal(100);
    expect(percentOf(10, null)).to.equal(null);
  });

  it('is where the next playing begins, but for a title that was seen to its end', () => {
    expect(resumePosition(1_200, HOUR_LONG, policy)).to.equal(1_200);
    expect(resumePosition(3_500, HOUR_LONG, policy)).to.equal(0);
    expect(resumePosition(7, UNKNOWN, policy)).to.equal(7);
  });
});
