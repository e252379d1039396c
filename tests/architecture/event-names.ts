import ts from 'typescript';
import { reactionsTo } from '../../src/reactions.ts';
import { CONTEXTS } from './import-tables.ts';
import { syntaxOf, walk, type SourceFile } from './source-tree.ts';

const NAME = /^([a-z]+)\.[a-z]+(-[a-z]+)*$/;

/** The texts of a file that look like `context.something`. */
function dottedNames(file: SourceFile): ReadonlySet<string> {
  const found = new Set<string>();
  walk(syntaxOf(file), (node) => {
    if (ts.isStringLiteralLike(node) && CONTEXTS.some((context) => NAME.exec(node.text)?.[1] === context))
      found.add(node.text);
  });
  return found;
}

/**
 * Every event that a context announces: the names of its own that stand in its events.ts, and, where that
 * announces `context.${…}`, the types of the history that it tells, in `<noun>-events.ts`.
 */
export function announcedEvents(files: readonly SourceFile[]): readonly string[] {
  const names = CONTEXTS.flatMap((context) => {
    const announcing = files.filter(({ path }) => path === `src/${context}/events.ts`);
    const own = announcing
      .flatMap((file) => [...dottedNames(file)])
      .filter((name) => name.startsWith(`${context}.`));
    if (!announcing.some(({ text }) => text.includes(`\`${context}.\${`))) return own;
    const histories = files.filter(
      ({ path }) => path.startsWith(`src/${context}/`) && path.endsWith('-events.ts'),
    );
    return [...own, ...histories.flatMap(typesIn).map((type) => `${context}.${type}`)];
  });
  return [...new Set(names)].sort();
}

/** The texts that members called `type` may be: the arms of a union of events. */
function typesIn(file: SourceFile): readonly string[] {
  const types: string[] = [];
  walk(syntaxOf(file), (node) => {
    if (!ts.isPropertySignature(node) || node.name.getText() !== 'type' || !node.type) return;
    walk(node.type, (each) => {
      if (ts.isStringLiteral(each)) types.push(each.text);
    });
  });
  return types;
}

/** Every event that something waits for: the table of reactions, and what notifications tell people about. */
export function awaitedEvents(files: readonly SourceFile[]): readonly string[] {
  const names = files.flatMap((file) => {
    if (file.path === 'src/reactions.ts')
      return [...dottedNames(file)].filter((name) => reactionsTo(name).length);
    return file.path === 'src/notifications/occasions.ts' ? [...dottedNames(file)] : [];
  });
  return [...new Set(names)].sort();
}
