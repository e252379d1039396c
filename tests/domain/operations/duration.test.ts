import { expect } from 'chai';
import {
  DAY,
  fromRfc3339,
  HOUR,
  instant,
  MINUTE,
  SECOND,
  type Instant,
} from '../../../src/kernel/instant.ts';
import { advanced, parseDuration } from '../../../src/operations/duration.ts';

const at = (text: string): Instant => fromRfc3339(text) ?? instant(0);

describe('reading a duration', () => {
  const good: readonly (readonly [string, number, number])[] = [
    ['P40D', 0, 40 * DAY],
    ['P2W', 0, 14 * DAY],
    ['PT1H', 0, HOUR],
    ['PT90M', 0, 90 * MINUTE],
    ['PT0.5S', 0, 500],
    ['PT1,25S', 0, 1_250],
    ['PT0S', 0, 0],
    ['P1M', 1, 0],
    ['P10Y', 120, 0],
    ['P1Y2M3W4DT5H6M7.008S', 14, 25 * DAY + 5 * HOUR + 6 * MINUTE + 7 * SECOND + 8],
  ];
  for (const [text, months, milliseconds] of good) {
    it(`takes ${text}`, () => {
      expect(parseDuration(text)).to.deep.equal({ months, milliseconds });
    });
  }

  const bad = [
    '',
    'P',
    'PT',
    'P1DT',
    '40D',
    'T1H',
    '-P1D',
    'P-1D',
    '+P1D',
    'P1.5D',
    'PT1.5H',
    'PT1.2345S',
    'P1H',
    'PT1D',
    'P1D2W',
    'p1d',
    ' P1D',
    'P1D ',
    'P1D\n',
    'P١D',
    'P1e3D',
    'P9999999999D',
    '40 days',
  ];
  for (const text of bad) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      expect(parseDuration(text)).to.equal(undefined);
    });
  }
});

describe('moving on by a duration', () => {
  const moved = (start: string, text: string): Instant | undefined => {
    const duration = parseDuration(text);
    return duration && advanced(at(start), duration);
  };

  it('counts months on the calendar, clamped to the month’s end, and the rest after them', () => {
    expect(moved('2026-01-31T12:00:00Z', 'P1M')).to.equal(at('2026-02-28T12:00:00Z'));
    expect(moved('2028-01-31T12:00:00Z', 'P1M1D')).to.equal(at('2028-03-01T12:00:00Z'));
  });

  it('goes ten years far, to the millisecond', () => {
    expect(moved('2026-01-31T12:00:00Z', 'P10Y')).to.equal(at('2036-01-31T12:00:00Z'));
    expect(moved('2026-01-31T12:00:00Z', 'P10YT0.001S')).to.equal(undefined);
    expect(moved('2026-01-31T12:00:00Z', 'P3653D')).to.equal(undefined);
    expect(moved('2026-01-31T12:00:00Z', 'P999999999Y')).to.equal(undefined);
    expect(moved('2026-01-31T12:00:00Z', 'P999999999D')).to.equal(undefined);
  });
});
