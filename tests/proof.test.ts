import { spawnSync } from 'node:child_process';
import { expect } from 'chai';
import { rowsOf, sectionOf, withSection } from './proof.ts';

const suite = 'claiming one key';
const passed = (test: string, seconds = 1) => ({ test, suite, seconds, error: null });
const run = { where: '2026-01-31T12:00Z, Node 24, 2 cores', seconds: 7 };

describe('the table of npm run prove', () => {
  const verdicts = [
    passed('claiming one key on SQLite lets exactly one through (seed 1)'),
    passed('claiming one key on SQLite lets exactly one through (seed 2)', 2),
    passed('claiming one key on Postgres lets exactly one through (seed 1)'),
  ];

  it('has one row for each property and store, with its seeds, its size and its time', () => {
    const figures = verdicts.map(({ test }) => ({ test, sizes: { contenders: 200 } }));
    const name = 'claiming one key lets exactly one through';
    expect(rowsOf(verdicts, figures)).to.deep.equal([
      { name, store: 'SQLite', size: '200 contenders', seeds: 2, passed: 2, total: 2, seconds: 3 },
      { name, store: 'Postgres', size: '200 contenders', seeds: 1, passed: 1, total: 1, seconds: 1 },
    ]);
  });

  it('has one row for a suite whose tests have no size', () => {
    const tests = ['sees a charge too many', 'sees a payment too few'].map((test) =>
      passed(`${suite} ${test}`),
    );
    const [row, ...more] = rowsOf(tests, []);
    expect(row).to.include({ name: suite, total: 2, seeds: 0 });
    expect(more).to.deep.equal([]);
  });

  it('says so when one seed of many fails', () => {
    const failed = {
      suite,
      test: 'claiming one key on SQLite lets exactly one through (seed 3)',
      seconds: 1,
    };
    const rows = rowsOf([...verdicts, { ...failed, error: 'two came through' }], []);
    expect(sectionOf(rows, run)).to.include('**FAILS** (1 of 3)');
  });

  it('replaces its own section and leaves the rest as it stands', () => {
    const once = withSection('# Proof\n\nWords.\n', 'races', 'first');
    const twice = withSection(`${once}\nMore words.\n`, 'races', 'second');
    expect(twice)
      .to.include('Words.')
      .and.include('second')
      .and.include('More words.')
      .and.not.include('first');
    expect(withSection(twice, 'races', 'second')).to.equal(twice);
  });

  it('is not made for a part that does not exist', () => {
    const { status, stderr } = spawnSync(process.execPath, ['tests/prove.ts', 'nothing'], {
      encoding: 'utf8',
    });
    expect([status, stderr]).to.deep.equal([
      2,
      'There is no part "nothing". There are: races, crashes, random, scenarios.\n',
    ]);
  });
});
