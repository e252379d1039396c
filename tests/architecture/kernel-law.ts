import type { SourceFile } from './source-tree.ts';

/** Each kernel file with the contexts that import it. */
export function kernelUse(files: readonly SourceFile[]): ReadonlyMap<string, ReadonlySet<string>> {
  const use = new Map<string, Set<string>>();
  for (const { path } of files) if (path.startsWith('src/kernel/')) use.set(path, new Set());
  for (const { path, imports } of files) {
    const [, context = '', ...rest] = path.split('/');
    if (rest.length === 0 || context === 'kernel') continue;
    for (const target of imports) if (target.kind === 'own') use.get(target.path)?.add(context);
  }
  return use;
}
