import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ROOT } from '../architecture/source-tree.ts';

/** What `npm pack` says of a tarball. */
export interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string; readonly size: number }[];
}

export interface Tarball extends Packed {
  /** Where it is unpacked: a folder that holds nothing else. */
  readonly folder: string;
  remove(): Promise<void>;
}

/** All that the build reads. */
const SOURCES = ['package.json', 'tsconfig.json', 'tsconfig.build.json', 'README.md', 'LICENSE'] as const;
const FOLDERS = ['src', 'adapters', 'tests'] as const;

/** Builds and packs a clean copy of the tree, as `npm publish` would; the registry is not asked. */
export async function pack(): Promise<Tarball> {
  const tree = await mkdtemp(join(tmpdir(), 'usher-pack-'));
  for (const name of [...SOURCES, ...FOLDERS])
    await cp(join(ROOT, name), join(tree, name), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(tree, 'node_modules'));
  const [packed] = JSON.parse((await npm(['pack', '--json', '--silent'], tree)).said) as Packed[];
  if (!packed) throw new Error('npm packed nothing');
  const folder = join(tree, 'unpacked');
  await mkdir(folder);
  await run('tar', ['-xzf', join(tree, packed.filename), '-C', folder, '--strip-components=1'], {
    cwd: tree,
  });
  return { ...packed, folder, remove: () => rm(tree, { recursive: true }) };
}

export interface Said {
  readonly code: number | null;
  /** Standard output. */
  readonly said: string;
  /** Standard error. */
  readonly errors: string;
}

interface Where {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end, whatever that is. */
export async function tryOut(command: string, args: readonly string[], { cwd, env }: Where): Promise<Said> {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [said, errors] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said, errors };
}

/** The same of one that must succeed. */
export async function run(command: string, args: readonly string[], where: Where): Promise<Said> {
  const ended = await tryOut(command, args, where);
  if (ended.code !== 0) throw new Error(`${command} ${args.join(' ')}: ${ended.said}${ended.errors}`);
  return ended;
}

/** The npm that runs the tests, else the one on the PATH. */
function npm(args: readonly string[], cwd: string): Promise<Said> {
  const { npm_execpath: cli } = process.env;
  const env = { npm_config_offline: 'true', npm_config_update_notifier: 'false' };
  return cli?.endsWith('.js')
    ? run(process.execPath, [cli, ...args], { cwd, env })
    : run('npm', args, { cwd, env });
}

/** An empty project of a stranger, with the tarball in it. */
export interface Project {
  readonly folder: string;
  remove(): Promise<void>;
}

/**
 * Installs the tarball without the registry: it is unpacked into `node_modules/usher`, and beside it stand links to
 * `others` as they are installed here. Usher finds those and nothing else, as what it does not declare would not be
 * there.
 */
export async function projectWith(tarball: Tarball, others: readonly string[]): Promise<Project> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-stranger-'));
  const modules = join(folder, 'node_modules');
  await cp(tarball.folder, join(modules, 'usher'), { recursive: true });
  for (const name of others) {
    await mkdir(dirname(join(modules, name)), { recursive: true });
    await symlink(join(ROOT, 'node_modules', name), join(modules, name));
  }
  return { folder, remove: () => rm(folder, { recursive: true }) };
}

/** What the tarball says of itself. */
export const manifestOf = async ({ folder }: Tarball): Promise<Manifest> =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest;

export interface Manifest {
  readonly private?: boolean;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
}
