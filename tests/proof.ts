import { readFile, writeFile } from 'node:fs/promises';

/** What became of one test. */
export interface Verdict {
  readonly test: string;
  /** Its title without its own words. */
  readonly suite: string;
  readonly seconds: number;
  readonly error: string | null;
}

/** What a test told of its size. */
export interface Figures {
  readonly test: string;
  readonly sizes: Readonly<Record<string, number>>;
}

/** One property on one store, over all its seeds. */
export interface Row {
  readonly name: string;
  readonly store: string;
  readonly size: string;
  readonly seeds: number;
  readonly passed: number;
  readonly total: number;
  readonly seconds: number;
}

const STORE = /\bon (?:an empty )?(memory|SQLite|Postgres|pg-boss)\b,?/;
const SEED = /\s*\(seed (\d+)\)/;

const storeOf = (test: string): string => STORE.exec(test)?.[1] ?? '';
const nameOf = (test: string): string =>
  test.replace(STORE, '').replace(SEED, '').replace(/\s+/g, ' ').trim();

/** Tests that differ in their seed only are one row, and so are those of one suite that have no size. */
export function rowsOf(verdicts: readonly Verdict[], figures: readonly Figures[]): readonly Row[] {
  const groups = new Map<string, Verdict[]>();
  const sized = new Set(figures.map(({ test }) => test));
  for (const verdict of verdicts) {
    const { test, suite } = verdict;
    const isAlone = sized.has(test) || SEED.test(test);
    const group = `${isAlone ? nameOf(test) : suite}\n${storeOf(test)}`;
    groups.set(group, [...(groups.get(group) ?? []), verdict]);
  }
  return [...groups.values()].map((group) => {
    const tests = new Set(group.map(({ test }) => test));
    const [{ test, suite } = { test: '', suite: '' }] = group;
    const isOne = new Set(group.map((each) => nameOf(each.test))).size === 1;
    return {
      name: nameOf(isOne ? test : suite),
      store: storeOf(test),
      size: sizeOf(figures.filter((each) => tests.has(each.test))),
      seeds: new Set(group.flatMap((each) => SEED.exec(each.test)?.[1] ?? [])).size,
      passed: group.filter(({ error }) => error === null).length,
      total: group.length,
      seconds: group.reduce((sum, { seconds }) => sum + seconds, 0),
    };
  });
}

/** The largest of each kind that was told. */
function sizeOf(figures: readonly Figures[]): string {
  const largest = new Map<string, number>();
  for (const { sizes } of figures)
    for (const [what, size] of Object.entries(sizes))
      largest.set(what, Math.max(size, largest.get(what) ?? 0));
  return [...largest].map(([what, size]) => `${size} ${what}`).join(', ');
}

/** A section of the document: where and when it was run, and its table. */
export function sectionOf(
  rows: readonly Row[],
  run: { readonly where: string; readonly seconds: number },
): string {
  const cells = rows.map(({ name, store, size, seeds, passed, total, seconds }) => [
    name.replaceAll('|', '\\|'),
    store,
    size,
    seeds === 0 ? '' : String(seeds),
    passed === total
      ? seeds === 0 && total > 1
        ? `holds (${total} tests)`
        : 'holds'
      : `**FAILS** (${total - passed} of ${total})`,
    seconds.toFixed(1),
  ]);
  return [
    `Run ${run.where}; ${run.seconds.toFixed(0)} s in all.`,
    '',
    '| name | store | size | seeds | result | seconds |',
    '| --- | --- | --- | --- | --- | --- |',
    ...cells.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

const INTRODUCTION = `# Proof

What \`npm run prove\` found when it was last run here: races, crashes and random tests at their full size. Every \`npm test\` runs the same tests smaller. A race stands beside a naive variant that breaks under it, and the checker of crashes beside planted violations of each of its laws. The tables are generated; they say nothing that the run they name did not measure.
`;

const begin = (part: string): string => `<!-- ${part}: made by npm run prove -->`;
const end = (part: string): string => `<!-- end of ${part} -->`;

/** Puts each section between its markers; what stands around them stays. */
export async function writeSections(path: string, sections: ReadonlyMap<string, string>): Promise<void> {
  let text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return INTRODUCTION;
    throw error;
  });
  for (const [part, section] of sections) text = withSection(text, part, section);
  await writeFile(path, text);
}

export function withSection(text: string, part: string, section: string): string {
  const block = `${begin(part)}\n\n${section}\n\n${end(part)}`;
  const from = text.indexOf(begin(part));
  const to = text.indexOf(end(part));
  if (from >= 0 && to > from) return `${text.slice(0, from)}${block}${text.slice(to + end(part).length)}`;
  const title = `${part.charAt(0).toUpperCase()}${part.slice(1)}`;
  return `${text.trimEnd()}\n\n## ${title}\n\n${block}\n`;
}
