import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { memoryFolder } from './memory-folder.ts';

/**
 * `npm test`: the whole suite in three companies side by side, each with a Postgres of its own: two cores stay busy
 * while one of them waits for a disk or a process. Arguments go to mocha as they are, and then there is one company:
 * `npm test -- tests/domain -g renewal`.
 */
const memory = memoryFolder();
const env = memory === null ? process.env : { ...process.env, TMPDIR: memory };
process.on('exit', () => {
  if (memory !== null) rmSync(memory, { recursive: true, force: true });
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** Folders of the later companies; everything else is the first. About as long as each other. */
const COMPANIES: readonly (readonly string[])[] = [
  ['attack-money', 'http', 'scenarios'],
  ['browser', 'crash', 'e2e', 'fuzz', 'package', 'races'],
];

interface Run {
  /** 0 when all is well. */
  readonly code: number;
  readonly said: string;
}

/** Runs mocha over files; `live` shows what it says as it says it. */
async function company(files: readonly string[], live: boolean): Promise<Run> {
  const child = spawn(process.execPath, [MOCHA, ...files], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (live) process.stdout.write(text);
    });
  const [code] = (await once(child, 'close')) as [number | null];
  // Null: a signal ended it, which is a failure too.
  return { code: code ?? 1, said };
}

/** The last such count is mocha's own: a test may print another before it. */
const countIn = ({ said }: Run, what: 'passing' | 'failing'): number =>
  Number([...said.matchAll(new RegExp(`^ +(\\d+) ${what}\\b`, 'gm'))].at(-1)?.[1] ?? 0);

async function everything(): Promise<number> {
  const files = globSync('tests/**/*.test.ts').sort();
  const within = (folders: readonly string[]): readonly string[] =>
    files.filter((file) => folders.some((folder) => file.startsWith(`tests/${folder}/`)));
  const later = COMPANIES.map(within);
  const first = files.filter((file) => !later.flat().includes(file));
  const [live, ...others] = await Promise.all([
    company(first, true),
    // Said when all are done: two voices at once cannot be read.
    ...later.map((each) => company(each, false)),
  ]);
  const runs = [live, ...others];
  for (const { said } of others) process.stdout.write(said);
  const total = (what: 'passing' | 'failing'): number =>
    runs.reduce((sum, run) => sum + countIn(run, what), 0);
  console.log(`\nin all:\n  ${total('passing')} passing\n  ${total('failing')} failing`);
  return Math.max(...runs.map(({ code }) => code));
}

const given = process.argv.slice(2);
if (given.length > 0) {
  const child = spawn(process.execPath, [MOCHA, ...given], { env, stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
} else process.exitCode = await everything();
