import { readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix, resolve } from 'node:path';
import ts from 'typescript';

/** The folder of package.json. */
export const ROOT = resolve(import.meta.dirname, '../..');

/** What an import names: a file of ours by its path from the root, a package of npm, or a part of Node. */
export type Target =
  | { readonly kind: 'own'; readonly path: string }
  | { readonly kind: 'npm'; readonly name: string; readonly typesOnly: boolean }
  | { readonly kind: 'node'; readonly name: string };

export interface SourceFile {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly Target[];
}

/** A file from its text, so that a rule can be shown a violation that is nowhere on the disk. */
export function sourceFile(path: string, text: string): SourceFile {
  let imports: readonly Target[] | undefined;
  return {
    path,
    text,
    get imports() {
      return (imports ??= importsOf(path, text));
    },
  };
}

function importsOf(path: string, text: string): readonly Target[] {
  const names = [...importedNames(text)];
  const own = names.every((name) => name.startsWith('.'));
  const values = own ? new Set(names) : importedNames(text.replaceAll(TYPE_IMPORT, ''));
  return names.map((name) => targetOf(path, name, !values.has(name)));
}

const TYPE_IMPORT = /^(?:import|export) type [^;]*? from '[^']+';/gm;

/** Sees `import`, `import type`, `export … from`, `import()`, `typeof import()` and `require()`. */
const importedNames = (text: string): ReadonlySet<string> =>
  new Set(ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName));

const BUILTIN = new Set(builtinModules);

function targetOf(from: string, name: string, typesOnly: boolean): Target {
  if (name.startsWith('.')) return { kind: 'own', path: posix.join(posix.dirname(from), name) };
  if (name.startsWith('node:') || BUILTIN.has(name)) return { kind: 'node', name: name.replace('node:', '') };
  const [first = '', second = ''] = name.split('/');
  return { kind: 'npm', name: first.startsWith('@') ? `${first}/${second}` : first, typesOnly };
}

const kept = new Map<string, readonly SourceFile[]>();

/** The TypeScript and JavaScript files below a folder of the root, parsed once per run. */
export function sources(folder: string): readonly SourceFile[] {
  const known = kept.get(folder);
  if (known) return known;
  const files = paths(folder)
    .filter((path) => /\.[jt]s$/.test(path))
    .map((path) => sourceFile(path, readFileSync(join(ROOT, path), 'utf8')));
  kept.set(folder, files);
  return files;
}

/** Every file below a folder of the root, sorted; nothing when there is no such folder. */
export function paths(folder: string): readonly string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length + 1))
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
}

const trees = new WeakMap<SourceFile, ts.SourceFile>();

/** A file's syntax tree, for rules about what stands inside; parsed once. */
export function syntaxOf(file: SourceFile): ts.SourceFile {
  const known = trees.get(file);
  if (known) return known;
  const tree = ts.createSourceFile(file.path, file.text, ts.ScriptTarget.Latest, true);
  trees.set(file, tree);
  return tree;
}

/** Calls `visit` on every node of a file. */
export function walk(node: ts.Node, visit: (node: ts.Node) => void): void {
  visit(node);
  ts.forEachChild(node, (child) => walk(child, visit));
}

export const lineOf = (tree: ts.SourceFile, node: ts.Node): number =>
  tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1;
