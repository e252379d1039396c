import { expect } from 'chai';
import { after, fromRfc3339, toRfc3339, type Instant } from '../../../src/kernel/instant.ts';
import { statesOf, targets } from '../../../src/kernel/state-machine.ts';
import { archiveBorder, beginArchive, moved } from '../../../src/playback/archive.ts';
import { archiveLifecycle } from '../../../src/playback/archive-lifecycle.ts';
import { monthAround, monthOf, spanOf } from '../../../src/playback/month.ts';
import type { Viewing } from '../../../src/playback/viewing.ts';

const at = (text: string): Instant => {
  const found = fromRfc3339(text);
  if (found === undefined) throw new Error(`${text} is no instant`);
  return found;
};
const viewing = (startedAt: Instant, id = 'one'): Viewing => ({
  id,
  titleId: 'film',
  title: 'Metropolis',
  state: 'started',
  positionSeconds: 1,
  durationSeconds: null,
  watchedSeconds: 1,
  startedAt,
  lastWatchedAt: startedAt,
});

describe('the life of an archive', () => {
  const leads: Readonly<Record<string, readonly string[]>> = {
    'writing keep': ['kept'],
    'writing abandon': ['abandoned'],
  };
  for (const state of statesOf(archiveLifecycle))
    for (const trigger of ['keep', 'abandon'] as const)
      it(`${state} × ${trigger}: ${leads[`${state} ${trigger}`]?.join() ?? 'nothing, it is over'}`, () => {
        expect(targets(archiveLifecycle, state, trigger)).to.deep.equal(leads[`${state} ${trigger}`] ?? []);
      });

  it('begins with what is in it, and moves one version on', () => {
    const [first, last] = [at('2026-01-01T00:00:00Z'), at('2026-01-31T23:59:59.999Z')];
    const made = { id: 'a', accountId: 'alice', begunAt: last };
    const archive = beginArchive(made, [viewing(first, 'x'), viewing(last, 'y'), viewing(last, 'z')]);
    expect(archive).to.deep.equal({
      ...made,
      month: '2026-01',
      status: 'writing',
      viewings: 3,
      oldestAt: first,
      newestAt: last,
      version: 1,
    });
    const kept = moved(archive, 'keep');
    expect(kept).to.deep.equal({ ...archive, status: 'kept', version: 2 });
    expect(kept && moved(kept, 'abandon')).to.equal(undefined);
    expect(() => beginArchive(made, [])).to.throw(RangeError);
    expect(() => beginArchive(made, [viewing(first), viewing(after(last, 1), 'y')])).to.throw(RangeError);
  });
});

describe('what is old', () => {
  const table = [
    ['2026-02-10T12:00:00Z', 13, '2025-01-01T00:00:00.000Z'],
    ['2026-01-31T23:59:59.999Z', 13, '2024-12-01T00:00:00.000Z'],
    ['2026-02-01T00:00:00Z', 13, '2025-01-01T00:00:00.000Z'],
    ['2024-03-31T00:00:00Z', 1, '2024-02-01T00:00:00.000Z'],
    ['2024-02-29T00:00:00Z', 12, '2023-02-01T00:00:00.000Z'],
  ] as const;
  for (const [now, months, border] of table)
    it(`on ${now} began before ${border}, where ${months} months stay`, () => {
      expect(toRfc3339(archiveBorder(at(now), months))).to.equal(border);
    });
});

describe('a month', () => {
  it('is of UTC, and as long as it is', () => {
    expect(monthOf(at('2026-01-01T00:30:00+01:00'))).to.equal('2025-12');
    const february = spanOf('2024-02');
    expect(february && [toRfc3339(february.from), toRfc3339(february.to)]).to.deep.equal([
      '2024-02-01T00:00:00.000Z',
      '2024-03-01T00:00:00.000Z',
    ]);
    expect(monthAround(at('2024-02-29T23:59:59.999Z'))).to.deep.equal(february);
  });

  for (const text of ['2026-13', '2026-00', '2026-1', '26-01', '2026-01-01', 'x', ''])
    it(`is not ‘${text}’`, () => {
      expect(spanOf(text)).to.equal(undefined);
    });
});
