import {
  ADAPTERS,
  CONTEXTS,
  NEIGHBOURS,
  OUTSIDE_CONTEXTS,
  PACKAGE_TYPES,
  PACKAGES,
} from './import-tables.ts';
import type { SourceFile, Target } from './source-tree.ts';

/** A law about imports: which files it speaks of, and what is wrong with one of their imports, if anything. */
export interface ImportRule {
  readonly name: string;
  readonly speaksOf: (path: string) => boolean;
  readonly fault: (target: Target, path: string) => string | undefined;
}

export interface Finding {
  /** How many files the rule spoke of: a rule that speaks of none proves nothing. */
  readonly files: number;
  readonly faults: readonly string[];
}

export function check(rule: ImportRule, files: readonly SourceFile[]): Finding {
  const concerned = files.filter(({ path }) => rule.speaksOf(path));
  const faults = concerned.flatMap(({ path, imports }) =>
    imports.flatMap((target) => {
      const fault = rule.fault(target, path);
      return fault === undefined ? [] : [`${path}: ${fault}`];
    }),
  );
  return { files: concerned.length, faults };
}

const named = (target: Target): string => (target.kind === 'own' ? target.path : target.name);
const isOwn = (target: Target): target is Extract<Target, { kind: 'own' }> => target.kind === 'own';
const second = (path: string): string => path.split('/')[1] ?? '';
const isFolder = (path: string): boolean => path.split('/').length > 2;
const isFace = (path: string): boolean =>
  CONTEXTS.some((context) => path === `src/${context}/index.ts`) || path.startsWith('src/kernel/');

const inContext = (path: string): boolean =>
  path.startsWith('src/') && isFolder(path) && !path.startsWith('src/kernel/');

export const srcStandsAlone: ImportRule = {
  name: 'src imports only itself: no npm package, no part of Node, no adapter',
  speaksOf: (path) => path.startsWith('src/'),
  fault: (target) =>
    isOwn(target) && target.path.startsWith('src/') ? undefined : `imports ${named(target)}`,
};

export const kernelKnowsNobody: ImportRule = {
  name: 'the kernel imports only itself',
  speaksOf: (path) => path.startsWith('src/kernel/'),
  fault: (target) =>
    isOwn(target) && target.path.startsWith('src/kernel/') ? undefined : `imports ${named(target)}`,
};

export const contextsKeepToThemselves: ImportRule = {
  name: 'a context imports only itself, the kernel and the neighbours of the table',
  speaksOf: inContext,
  fault: (target, path) => {
    const context = second(path);
    if (!CONTEXTS.some((known) => known === context)) return `${context} is not in the table of contexts`;
    if (!isOwn(target)) return undefined;
    const allowed =
      target.path.startsWith(`src/${context}/`) ||
      target.path.startsWith('src/kernel/') ||
      (NEIGHBOURS[context] ?? []).includes(target.path);
    return allowed ? undefined : `imports ${target.path}`;
  },
};

export const onlyFacesFromOutside: ImportRule = {
  name: 'what stands outside the contexts imports only their faces and the kernel',
  speaksOf: (path) => path.startsWith('src/') && !isFolder(path),
  fault: (target, path) => {
    if (!OUTSIDE_CONTEXTS.some((known) => known === path)) return 'may not stand beside the contexts';
    if (!isOwn(target)) return undefined;
    return isFace(target.path) || OUTSIDE_CONTEXTS.some((known) => known === target.path)
      ? undefined
      : `imports ${target.path}`;
  },
};

export const adaptersKeepToTheirFolder: ImportRule = {
  name: 'an adapter imports src, its own folder and the neighbours of the table',
  speaksOf: (path) => path.startsWith('adapters/') && isFolder(path),
  fault: (target, path) => {
    const neighbours = ADAPTERS[second(path)];
    if (!neighbours) return `adapters/${second(path)} is not in the table of adapters`;
    if (!isOwn(target) || target.path.startsWith('src/')) return undefined;
    if (!target.path.startsWith('adapters/')) return `imports ${target.path}`;
    if (!isFolder(target.path)) return `imports ${target.path}, which knows all adapters`;
    const places = [`adapters/${second(path)}/`, ...neighbours];
    const allowed = places.some((place) => target.path.startsWith(place));
    return allowed ? undefined : `imports ${target.path}`;
  },
};

export const processFilesStayOnTop: ImportRule = {
  name: 'the files of the process import adapters and src, never tests',
  speaksOf: (path) => path.startsWith('adapters/') && !isFolder(path),
  fault: (target) =>
    isOwn(target) && !/^(src|adapters)\//.test(target.path) ? `imports ${target.path}` : undefined,
};

export const packagesStayInTheirPlace: ImportRule = {
  name: 'each npm package appears where the table of packages says',
  speaksOf: (path) => path.startsWith('adapters/'),
  fault: (target, path) => {
    if (target.kind !== 'npm') return undefined;
    const places = PACKAGES[target.name];
    if (!places) return `imports ${target.name}, which is not in the table of packages`;
    const nameable = target.typesOnly ? (PACKAGE_TYPES[target.name] ?? []) : [];
    return [...places, ...nameable].some((place) => path.startsWith(place))
      ? undefined
      : `imports ${target.name}`;
  },
};

export const importRules: readonly ImportRule[] = [
  srcStandsAlone,
  kernelKnowsNobody,
  contextsKeepToThemselves,
  onlyFacesFromOutside,
  adaptersKeepToTheirFolder,
  processFilesStayOnTop,
  packagesStayInTheirPlace,
];
