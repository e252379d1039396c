import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect } from 'chai';
import { parseConfig, ConfigFault } from '../../../adapters/composition/parse-config.ts';
import { eventually } from '../../world/eventually.ts';

const MAIN = resolve(import.meta.dirname, '../../../adapters/main.ts');

const filesIn = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' });

describe('what the process leaves on the disk', function () {
  this.timeout(30_000);
  let folder: string;
  let child: ChildProcess;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'usher-attack-'));
    const env = { PATH: process.env['PATH'], PORT: '0', DATA_DIR: join(folder, 'data'), SEED: 'none' };
    child = spawn(process.execPath, [MAIN, 'serve'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await eventually('it is ready', () => said.includes('ready at'), 25_000);
    const base = /http:\/\/[\d.:]+/.exec(said)?.[0] ?? '';
    const body = JSON.stringify({ email: 'a@example.com', password: 'a quiet pass phrase' });
    const headers = { 'content-type': 'application/json' };
    await fetch(`${base}/api/v1/accounts/register`, { method: 'POST', headers, body });
    // Whole, and in its place: before that it has another name, which is gone a moment later.
    await eventually('the mail is written', () => filesIn(folder).some((name) => name.endsWith('.eml')));
  });
  after(async () => {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });

  it('is its owner’s alone: database, keys, mails and media', () => {
    const names = filesIn(folder);
    expect(names.join(' ')).to.include('usher.sqlite').and.include('signing-key.pem').and.include('mail');
    for (const name of names) {
      const mode = statSync(join(folder, name)).mode;
      expect((mode & 0o077).toString(8), name).to.equal('0');
    }
  });
});

describe('a production', () => {
  const KEYS = ['q8Zt4NfW1rYc7Lm2XvB9sKd3', 'Hj5Gu0PaE6oTiR1wQzVn8yCx'].map(
    (half) => half + half.slice(0, 12),
  );
  const [KEY_A = '', KEY_B = ''] = KEYS;
  const faultsOf = (variables: Readonly<Record<string, string>>): string => {
    try {
      parseConfig({ NODE_ENV: 'production', SERVER_SECRET: KEY_A, MEDIA_SECRET: KEY_B, ...variables });
    } catch (error) {
      if (error instanceof ConfigFault) return error.message;
      throw error;
    }
    return '';
  };

  for (const NODE_ENV of ['Production', 'PRODUCTION', 'prod', ' production '])
    it(`is one as “${NODE_ENV}” too`, () => expect(faultsOf({ NODE_ENV })).to.include('SIGNING_KEY'));

  it('wants a token for metrics that nobody guesses', () => {
    expect(faultsOf({ METRICS_TOKEN: 'metrics' })).to.include('METRICS_TOKEN: is shorter');
  });

  it('has no secret serve two purposes', () => {
    const said = faultsOf({ METRICS_TOKEN: KEY_A, MEDIA_SECRET_PREVIOUS: KEY_A });
    expect(said).to.include('SERVER_SECRET, METRICS_TOKEN: are equal');
    expect(said).to.include('SERVER_SECRET, MEDIA_SECRET_PREVIOUS: are equal').and.not.include(KEY_A);
  });
});
