import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect } from 'chai';

const ROOT = resolve(import.meta.dirname, '../..');
const START = join(ROOT, 'adapters/start.js');

/** Has the process believe that it is another Node, and tells whether it went on to TypeScript. */
const pretend = (version: string): string => `
  import { registerHooks } from 'node:module';
  const versions = { ...process.versions, node: '${version}' };
  globalThis.process = new Proxy(process, {
    get: (target, name) => (name === 'versions' ? versions : Reflect.get(target, name, target)),
    set: (target, name, value) => Reflect.set(target, name, value, target),
  });
  registerHooks({
    resolve: (name, context, next) => next(name.endsWith('/main.ts') ? 'data:text/javascript,console.log("main")' : name, context),
  });
`;

function start(version: string): {
  readonly status: number | null;
  readonly out: string;
  readonly err: string;
} {
  const hook = `data:text/javascript,${encodeURIComponent(pretend(version))}`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--import', hook, START, 'serve'], {
    encoding: 'utf8',
  });
  return { status, out: stdout, err: stderr };
}

describe('starting on a Node', () => {
  for (const version of ['18.20.4', '20.20.2', '22.17.1']) {
    it(`of version ${version} says plainly what is missing, and stops`, () => {
      const { status, out, err } = start(version);
      expect(err).to.include('Usher needs Node 22.18 or newer').and.include(version).and.include('npm ci');
      expect(err, 'a message, not a stack').to.not.match(/\n\s+at /);
      expect(out).to.equal('');
      expect(status).to.equal(1);
    });
  }

  for (const version of ['22.18.0', '24.21.0', '26.0.0']) {
    it(`of version ${version} goes on`, () => {
      expect(start(version)).to.deep.equal({ status: 0, out: 'main\n', err: '' });
    });
  }

  it('asks for the version that package.json asks for', () => {
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      readonly engines: { readonly node: string };
    };
    const [, major, minor] = /^>=(\d+)\.(\d+)$/.exec(engines.node) ?? [];
    expect(readFileSync(START, 'utf8')).to.include(`OLDEST = [${major}, ${minor}]`);
  });
});
