import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { createRequire } from 'node:module';

/**
 * `npm test`: the whole suite in two companies side by side, one for each core that a small machine has, each
 * with a Postgres of its own. Arguments go to mocha as they are, and then there is one company:
 * `npm test -- tests/domain -g renewal`.
 */
const MOCHA = createRequire(import.meta.url).resolve('mocha/bin/mocha.js');

/** What starts processes or waits; everything else is the second company. About as long as each other. */
const WAITING = ['adapters', 'crash', 'e2e', 'races'];

function mocha(args: readonly string[], output: 'inherit' | 'pipe'): Promise<{ code: number; said: string }> {
  const child = spawn(process.execPath, [MOCHA, ...args], { stdio: ['ignore', output, output] });
  const chunks: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    // A signal is a failure too.
    child.once('close', (code) => resolve({ code: code ?? 1, said: Buffer.concat(chunks).toString() }));
  });
}

const given = process.argv.slice(2);
if (given.length > 0) {
  process.exitCode = (await mocha(given, 'inherit')).code;
} else {
  const files = globSync('tests/**/*.test.ts').sort();
  const waits = (file: string): boolean => WAITING.some((folder) => file.startsWith(`tests/${folder}/`));
  const [first, second] = await Promise.all([
    mocha(
      files.filter((file) => !waits(file)),
      'inherit',
    ),
    // Said when the first is done: two voices at once cannot be read.
    mocha(files.filter(waits), 'pipe'),
  ]);
  process.stdout.write(second.said);
  process.exitCode = Math.max(first.code, second.code);
}
