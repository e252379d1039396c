import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { rowsOf, sectionOf, writeSections, type Figures, type Row, type Verdict } from './proof.ts';

/**
 * `npm run prove`: races, crashes and random tests at their full size, one after another, with a table of what
 * this run was in docs/proof.md. `npm run prove -- races` runs one part.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  races: ['tests/races/**/*.test.ts'],
  crashes: ['tests/crash/**/*.test.ts'],
  random: [
    'tests/**/*.property.test.ts',
    'tests/fuzz/**/*.test.ts',
    'tests/linear/**/*.test.ts',
    'tests/model/**/*.test.ts',
  ],
  scenarios: ['tests/scenarios/**/*.test.ts'],
};

const MOCHA = 'node_modules/mocha/bin/mocha.js';
const PROOF = 'docs/proof.md';

interface Proven {
  readonly part: string;
  readonly rows: readonly Row[];
  readonly seconds: number;
  readonly passed: boolean;
}

async function prove(part: string): Promise<Proven> {
  const files = (PARTS[part] ?? []).flatMap((pattern) => globSync(pattern)).sort();
  if (files.length === 0) throw new Error(`there are no tests for "${part}"`);
  const folder = await mkdtemp(join(tmpdir(), 'usher-proof-'));
  const told = join(folder, 'figures.jsonl');
  const begun = performance.now();
  console.log(`\n${part}: ${files.length} files`);
  try {
    const { verdicts, code } = await runMocha(files, told);
    const seconds = (performance.now() - begun) / 1_000;
    const passed = code === 0 && verdicts.length > 0 && verdicts.every(({ error }) => error === null);
    if (code !== 0 && verdicts.every(({ error }) => error === null))
      console.log(`${part}: mocha ended with ${code}`);
    return { part, rows: rowsOf(verdicts, await figuresIn(told)), seconds, passed };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function runMocha(
  files: readonly string[],
  told: string,
): Promise<{ readonly verdicts: readonly Verdict[]; readonly code: number | null }> {
  const args = [MOCHA, '--require', 'tests/world/figures.ts', '--reporter', 'json-stream', ...files];
  const mocha = spawn(process.execPath, args, {
    env: { ...process.env, PROVE: '1', PROOF_FIGURES: told },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(mocha, 'close') as Promise<[number | null]>;
  const verdicts: Verdict[] = [];
  for await (const line of createInterface({ input: mocha.stdout })) {
    const verdict = verdictIn(line);
    if (verdict) verdicts.push(verdict);
    if (verdict) console.log(progress(verdict));
  }
  const [code] = await ended;
  return { verdicts, code };
}

/** json-stream: a JSON array for each event; anything else on the line is somebody's own output. */
function verdictIn(line: string): Verdict | null {
  if (!/^\["(pass|fail)",\{/.test(line)) return null;
  const [event, test] = JSON.parse(line) as [
    string,
    { title: string; fullTitle: string; duration?: number; err?: unknown },
  ];
  return {
    test: test.fullTitle,
    suite: test.fullTitle.slice(0, -test.title.length).trim(),
    seconds: (test.duration ?? 0) / 1_000,
    error: event === 'pass' ? null : String(test.err),
  };
}

const progress = ({ test, seconds, error }: Verdict): string =>
  error === null ? `  ✔ ${test} (${seconds.toFixed(1)} s)` : `  ✘ ${test}\n    ${error}`;

async function figuresIn(path: string): Promise<readonly Figures[]> {
  try {
    const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
    return lines.map((line) => JSON.parse(line) as Figures);
  } catch (error) {
    // Nothing that ran had a size to tell.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}

async function main(asked: readonly string[]): Promise<void> {
  const parts = asked.length > 0 ? asked : Object.keys(PARTS);
  const unknown = parts.filter((part) => !Object.hasOwn(PARTS, part));
  if (unknown.length > 0) {
    console.error(`There is no part "${unknown.join('", "')}". There are: ${Object.keys(PARTS).join(', ')}.`);
    process.exitCode = 2;
    return;
  }
  const proven: Proven[] = [];
  for (const part of parts) proven.push(await prove(part));
  const where = `${new Date().toISOString().slice(0, 16)}Z, Node ${process.versions.node}, ${availableParallelism()} cores`;
  await writeSections(
    PROOF,
    new Map(proven.map(({ part, rows, seconds }) => [part, sectionOf(rows, { where, seconds })])),
  );
  spawnSync(process.execPath, ['node_modules/prettier/bin/prettier.cjs', '--write', PROOF]);
  console.log('');
  for (const { part, rows, seconds, passed } of proven)
    console.log(
      `${part}: ${passed ? 'passed' : 'FAILED'}, ${rows.length} properties, ${seconds.toFixed(0)} s`,
    );
  console.log(`The figures are in ${PROOF}.`);
  if (!proven.every(({ passed }) => passed)) process.exitCode = 1;
}

await main(process.argv.slice(2));
