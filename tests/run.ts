import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * `npm test`: the whole suite in two companies side by side, one for each core that a small machine has, each
 * with a Postgres of its own. Arguments go to mocha as they are, and then there is one company:
 * `npm test -- tests/domain -g renewal`.
 */
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** What starts processes, waits, or plays long stories; everything else is the first company. About as long as each other. */
const WAITING = ['browser', 'crash', 'e2e', 'fuzz', 'package', 'races', 'scenarios'];

interface Run {
  /** 0 when all is well. */
  readonly code: number;
  readonly said: string;
}

/** Runs mocha over files; `live` shows what it says as it says it. */
async function company(files: readonly string[], live: boolean): Promise<Run> {
  const child = spawn(process.execPath, [MOCHA, ...files], { stdio: ['ignore', 'pipe', 'pipe'] });
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
  const waits = (file: string): boolean => WAITING.some((folder) => file.startsWith(`tests/${folder}/`));
  const runs = await Promise.all([
    company(
      files.filter((file) => !waits(file)),
      true,
    ),
    // Said when both are done: two voices at once cannot be read.
    company(files.filter(waits), false),
  ]);
  process.stdout.write(runs[1].said);
  const total = (what: 'passing' | 'failing'): number =>
    runs.reduce((sum, run) => sum + countIn(run, what), 0);
  console.log(`\nin all:\n  ${total('passing')} passing\n  ${total('failing')} failing`);
  return Math.max(...runs.map(({ code }) => code));
}

const given = process.argv.slice(2);
if (given.length > 0) {
  const child = spawn(process.execPath, [MOCHA, ...given], { stdio: 'inherit' });
  const [code] = (await once(child, 'close')) as [number | null];
  process.exitCode = code ?? 1;
} else process.exitCode = await everything();
