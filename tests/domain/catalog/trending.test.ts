import { expect } from 'chai';
import { dayOf, trendingSince, trendOf, type DayViews } from '../../../src/catalog/trending.ts';
import { after, DAY, instant } from '../../../src/kernel/instant.ts';

const NOON = instant(Date.UTC(2026, 2, 1, 12));
const TODAY = instant(Date.UTC(2026, 2, 1));
const daysAgo = (days: number, views = 1, titleId = 'title'): DayViews => ({
  titleId,
  day: after(TODAY, -days * DAY),
  views,
});

describe('what trends', () => {
  it('counts a view of today 64 times, and half of that for each day that passed', () => {
    const scores = [0, 1, 2, 3, 4, 5, 6, 7].map((days) => trendOf('title', [daysAgo(days)], NOON).score);
    expect(scores).to.deep.equal([64, 32, 16, 8, 4, 2, 1, 0]);
  });

  it('adds the days up, of its own title and not of the future', () => {
    const days = [daysAgo(0, 3), daysAgo(6, 5), daysAgo(0, 9, 'other'), daysAgo(-1, 9)];
    expect(trendOf('title', days, NOON)).to.deep.equal({
      titleId: 'title',
      score: 3 * 64 + 5,
      dueAt: after(TODAY, DAY),
    });
  });

  it('is settled for good where nothing counts any more', () => {
    expect(trendOf('title', [daysAgo(7)], NOON)).to.deep.equal({ titleId: 'title', score: 0, dueAt: null });
  });

  it('halves exactly at midnight, but for the day that leaves', () => {
    const days = [daysAgo(0, 5), daysAgo(3, 7), daysAgo(6, 3)];
    const { score } = trendOf('title', days, NOON);
    expect(trendOf('title', days, after(TODAY, DAY)).score).to.equal((score - 3) / 2);
  });

  it('turns its days in UTC, to the millisecond', () => {
    expect(dayOf(after(TODAY, DAY - 1))).to.equal(TODAY);
    expect(dayOf(after(TODAY, DAY))).to.equal(after(TODAY, DAY));
    expect(dayOf(instant(-1))).to.equal(-DAY);
    expect(trendingSince(NOON)).to.equal(after(TODAY, -6 * DAY));
  });
});
