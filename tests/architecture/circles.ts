import type { SourceFile } from './source-tree.ts';

/** Circles of imports: groups of files that reach one another, each sorted. A file that imports itself is one. */
export function circles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const arrows = new Map(files.map(({ path, imports }) => [path, ownPaths(imports)]));
  return new Tarjan(arrows).groups.filter(
    (group) => group.length > 1 || (arrows.get(group[0] ?? '') ?? []).includes(group[0] ?? ''),
  );
}

const ownPaths = (imports: SourceFile['imports']): readonly string[] =>
  imports.flatMap((target) => (target.kind === 'own' ? [target.path] : []));

/** Strongly connected components (Tarjan, 1972). */
class Tarjan {
  readonly groups: string[][] = [];
  readonly #arrows: ReadonlyMap<string, readonly string[]>;
  readonly #index = new Map<string, number>();
  readonly #stack: string[] = [];
  readonly #onStack = new Set<string>();

  constructor(arrows: ReadonlyMap<string, readonly string[]>) {
    this.#arrows = arrows;
    for (const path of arrows.keys()) if (!this.#index.has(path)) this.#visit(path);
  }

  #visit(path: string): number {
    const index = this.#index.size;
    let low = index;
    this.#index.set(path, index);
    this.#stack.push(path);
    this.#onStack.add(path);
    for (const next of this.#arrows.get(path) ?? []) {
      if (!this.#arrows.has(next)) continue;
      if (!this.#index.has(next)) low = Math.min(low, this.#visit(next));
      else if (this.#onStack.has(next)) low = Math.min(low, this.#index.get(next) ?? low);
    }
    if (low === index) this.groups.push(this.#cut(path));
    return low;
  }

  #cut(root: string): string[] {
    const group = this.#stack.splice(this.#stack.indexOf(root));
    for (const path of group) this.#onStack.delete(path);
    return group.sort();
  }
}
