import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT } from '../architecture/source-tree.ts';
import { CONTEXTS } from '../architecture/import-tables.ts';
import { asCommonJs } from './commonjs.ts';
import {
  manifestOf,
  pack,
  projectWith,
  run,
  tryOut,
  type Manifest,
  type Project,
  type Tarball,
} from './tarball.ts';

/** Entry points that need nothing but themselves. */
const CORE = ['.', './kernel', ...CONTEXTS.map((context) => `./${context}`)] as const;
const REST = ['./contracts', './http', './knex', './memory'] as const;

const named = (entry: string): string => `usher${entry.slice(1)}`;

/** What each example of docs/embedding prints. */
const SAID: Readonly<Record<string, readonly string[]>> = {
  'in-memory.ts': [
    'today: basic',
    'in 40 days: subscriptions.end-neared, subscriptions.end-neared, subscriptions.expired',
    'then: ended',
  ],
  'entitlements-alone.ts': [
    'given back: true',
    ...['spring', 'summer', 'autumn'].map((name) => `written: ${name}`),
    'winter: entitlements.limit-reached',
    'left: 0',
  ],
  'in-your-express-app.ts': [
    '200 /usher/api/v1/subscriptions/plans',
    '200 /plans/cheapest',
    '401 /reports/spring',
  ],
  'your-own-adapters.ts': ['memory', 'SQLite'].flatMap(() => [
    'succeeded at the till',
    'mailed: Receipt for Basic',
    'mailed: Confirm your e-mail address',
    'mailed: Your Basic subscription has started',
  ]),
};
const EXAMPLES = Object.keys(SAID);
/** What the examples stand on. */
const STORE = ['your-own-store.ts', 'your-own-store.test.ts'] as const;
const textOf = (name: string): Promise<string> => readFile(join(ROOT, 'docs/embedding', name), 'utf8');

/** The files of the package, by what their paths may be. */
const ALLOWED = [
  /^(?:LICENSE|README\.md|package\.json)$/,
  /^dist\/(?:src|adapters)\/[a-z0-9/.-]+\.(?:js|d\.ts)$/,
  /^dist\/adapters\/media\/samples\/[a-z-]+\.(?:mp4|m4a|png)$/,
  /^dist\/adapters\/media\/samples\/README\.md$/,
  /^dist\/adapters\/http\/pages\/player\/[a-z-]+\.(?:html|css|svg)$/,
  /^dist\/tests\/contracts\/[a-z.-]+\.(?:js|d\.ts)$/,
  /^dist\/tests\/world\/(?:accounts|chance|coupons|media-samples|payments|subscriptions)\.(?:js|d\.ts)$/,
];

const TYPE_CHECK = join(import.meta.dirname, 'type-check.ts');

/** What a compiler finds wrong with a project's files, and with the declarations of Usher that they reach. */
async function typeFaults(
  { folder }: Project,
  way: 'nodenext' | 'bundler',
  endings: readonly string[],
): Promise<readonly string[]> {
  const { said } = await run(process.execPath, [TYPE_CHECK, folder, way, ...endings], { cwd: folder });
  const lines = said.trim().split('\n');
  const [files = 0, declarations = 0] = [...(lines.pop() ?? '').matchAll(/\d+/g)].map(Number);
  expect([files > 0, declarations > 20], 'a check of nothing proves nothing').to.deep.equal([true, true]);
  return lines;
}

/** A file through which every declaration of these entry points is reached. */
const importing = (entries: readonly string[]): string =>
  entries.map((entry, index) => `export * as part${index} from '${named(entry)}';\n`).join('');

describe('the package', function () {
  // Building takes its time on a small machine.
  this.timeout(180_000);
  let tarball: Tarball;
  let manifest: Manifest;
  let project: Project;
  let alone: Project;
  before(async () => {
    tarball = await pack();
    manifest = await manifestOf(tarball);
    const tools = [...Object.keys(manifest.peerDependencies), '@types/mocha', '@types/chai', '@types/node'];
    project = await projectWith(tarball, [...Object.keys(manifest.dependencies), ...tools]);
    alone = await projectWith(tarball, []);
    await writeFile(join(project.folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(alone.folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(project.folder, 'everything.ts'), importing([...CORE, ...REST]));
  });
  after(async () => {
    for (const each of [project, alone, tarball]) await each?.remove();
  });

  it('holds the build, and nothing of the work around it', () => {
    const strange = tarball.files
      .map(({ path }) => path)
      .filter((path) => !ALLOWED.some((form) => form.test(path)));
    expect(strange).to.deep.equal([]);
    expect(tarball.size).to.be.lessThan(2_000_000);
    expect(tarball.unpackedSize).to.be.lessThan(6_000_000);
  });

  it('has an entry point for each part, with its types', async () => {
    expect(manifest.private).to.equal(undefined);
    expect(Object.keys(manifest.exports)).to.have.members([...CORE, ...REST, './package.json']);
    const paths = new Set(tarball.files.map(({ path }) => `./${path}`));
    for (const entry of [...CORE, ...REST]) {
      const { types, default: code } = manifest.exports[entry] as Readonly<Record<string, string>>;
      expect(Object.keys(manifest.exports[entry] as object), entry).to.deep.equal(['types', 'default']);
      for (const path of [types, code]) expect(paths, entry).to.include(path);
    }
  });

  it('loads as a core with no package beside it', async () => {
    const code = [
      `const entries = ${JSON.stringify(CORE.map(named))};`,
      'for (const entry of entries) console.log(entry, Object.keys(await import(entry)).length > 0);',
    ].join('\n');
    await writeFile(join(alone.folder, 'core.mjs'), code);
    const { said } = await run(process.execPath, ['core.mjs'], { cwd: alone.folder });
    expect(said.trim().split('\n')).to.deep.equal(CORE.map((entry) => `${named(entry)} true`));
    for (const entry of REST) {
      const { code: ended } = await tryOut(process.execPath, ['-e', `import('${named(entry)}')`], {
        cwd: alone.folder,
      });
      expect(ended, `${entry} needs packages: this proves nothing otherwise`).to.equal(1);
    }
  });

  it('has types that need no package either, where the core does not', async () => {
    await writeFile(join(alone.folder, 'core.ts'), importing(CORE));
    const wrong = `import { instant } from 'usher/kernel';\nexport const text: string = instant(0);\n`;
    await writeFile(join(alone.folder, 'wrong.ts'), wrong);
    const faults = await typeFaults(alone, 'nodenext', ['core.ts', 'wrong.ts']);
    expect(faults).to.have.length(1);
    expect(faults[0]).to.match(/^wrong\.ts\(2,14\): error TS2322/);
  });

  it('can be required by CommonJS too', async () => {
    const code = [...CORE, ...REST].map((entry) => `require('${named(entry)}');`).join('');
    await writeFile(join(project.folder, 'required.cjs'), code);
    await run(process.execPath, ['required.cjs'], { cwd: project.folder });
  });

  describe('in the examples of docs/embedding.md', () => {
    before(async () => {
      for (const name of EXAMPLES) {
        await writeFile(join(project.folder, name), await textOf(name));
        await writeFile(join(project.folder, name.replace('.ts', '.cts')), asCommonJs(await textOf(name)));
      }
      for (const name of STORE) await writeFile(join(project.folder, name), await textOf(name));
    });

    it('type-checks for nodenext, as a module and as CommonJS', async () => {
      expect(await typeFaults(project, 'nodenext', ['.ts', '.cts'])).to.deep.equal([]);
    });

    it('type-checks for a bundler', async () => {
      expect(await typeFaults(project, 'bundler', ['.ts'])).to.deep.equal([]);
    });

    for (const name of EXAMPLES)
      for (const file of [name, name.replace('.ts', '.cts')])
        it(`says what it promises: ${file}`, async () => {
          const env = { DATA_DIR: join(project.folder, `data of ${file}`) };
          const { said } = await run(process.execPath, [file], { cwd: project.folder, env });
          // What happens behind the answers happens in no promised order.
          expect(said.trim().split('\n').sort()).to.deep.equal([...(SAID[name] ?? [])].sort());
        });

    it('has entitlements alone, with no package beside them', async () => {
      for (const name of ['entitlements-alone.ts', 'your-own-store.ts'])
        await writeFile(join(alone.folder, name), await textOf(name));
      const { said } = await run(process.execPath, ['entitlements-alone.ts'], { cwd: alone.folder });
      expect(said.trim().split('\n')).to.deep.equal(SAID['entitlements-alone.ts']);
    });

    it('proves a store of its own by the contracts, which see what it forgets', async () => {
      const mocha = join('node_modules', 'mocha', 'bin', 'mocha.js');
      const prove = () => tryOut(process.execPath, [mocha, STORE[1]], { cwd: project.folder });
      const { said, code } = await prove();
      expect(code, said).to.equal(0);
      expect(Number(/(\d+) passing/.exec(said)?.[1])).to.be.greaterThan(40);
      const forgetful = (await textOf(STORE[0])).replace('!== next.version - 1', '=== undefined');
      await writeFile(join(project.folder, STORE[0]), forgetful);
      expect((await prove()).said).to.match(/failing[^]*names exactly those that stood one version before/);
    });
  });
});
