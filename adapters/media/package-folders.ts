import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Rendition } from '../../src/catalog/index.ts';
import { Recent } from '../../src/kernel/recent.ts';
import { absent, synced } from './disk.ts';
import { DESCRIPTION, descriptionOf, renditionsIn } from './package-layout.ts';

/** Packages as folders: made in one place, and moved into another when they are whole. */
export interface PackageFolders {
  /** An empty folder to make a package in, in place of what a dead process left there. */
  begin(packageKey: string): Promise<string>;
  /** Has what was made on the disk and moves it into its place: all of it, or nothing. */
  place(packageKey: string, renditions: readonly Rendition[]): Promise<void>;
}

export interface FoundPackages extends PackageFolders {
  pathOf(packageKey: string): string;
  renditionsOf(packageKey: string): Promise<readonly Rendition[] | undefined>;
  remove(packageKey: string): Promise<void>;
}

/** Descriptions remembered at the most: what lies under a key never changes. */
const MAX_REMEMBERED = 2_000;

/** Both folders lie in one file system, so that moving is atomic. */
export async function packageFolders(
  folder: string,
  checked: (key: string) => string,
): Promise<FoundPackages> {
  const unfinished = join(folder, 'packaging');
  const whole = join(folder, 'packages');
  for (const each of [unfinished, whole]) await mkdir(each, { recursive: true });
  const known = new Recent<string, readonly Rendition[]>(MAX_REMEMBERED);
  const pathOf = (packageKey: string): string => join(whole, checked(packageKey));
  const workOf = (packageKey: string): string => join(unfinished, checked(packageKey));

  return {
    pathOf,
    begin: async (packageKey) => {
      const path = workOf(packageKey);
      await rm(path, { recursive: true, force: true });
      await mkdir(path);
      return path;
    },
    place: async (packageKey, renditions) => {
      const path = workOf(packageKey);
      await writeFile(join(path, DESCRIPTION), descriptionOf(renditions), { flag: 'wx' });
      await syncAll(path);
      await rename(path, pathOf(packageKey));
      await synced(whole);
    },
    renditionsOf: async (packageKey) => {
      const remembered = known.get(packageKey);
      if (remembered) return remembered;
      const text = await readFile(join(pathOf(packageKey), DESCRIPTION), 'utf8').catch(absent);
      if (text === undefined) return undefined;
      const renditions = renditionsIn(text);
      known.set(packageKey, renditions);
      return renditions;
    },
    remove: async (packageKey) => {
      known.delete(packageKey);
      for (const path of [pathOf(packageKey), workOf(packageKey)])
        await rm(path, { recursive: true, force: true });
    },
  };
}

/** A power cut behind the move must not leave a package of empty files. */
async function syncAll(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) await syncAll(path);
    else await synced(path);
  }
  await synced(folder);
}
