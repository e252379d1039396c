import ts from 'typescript';
import { lineOf, syntaxOf, walk, type SourceFile } from './source-tree.ts';

/** Ways to the time, to chance and to the world: they arrive in src as ports. */
const WORLD = new Set([
  'Buffer',
  'Date',
  'Intl',
  'console',
  'crypto',
  'fetch',
  'globalThis',
  'performance',
  'process',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
]);

/** Whether a text can hold a name of the world at all: most files are done with here, without a tree. */
const SUSPICIOUS = new RegExp(`\\b(?:${[...WORLD, 'Math', 'import\\s*\\('].join('|')})`);

/** The one file that turns instants into calendars, with an explicit moment each time. */
const CALENDAR = 'src/kernel/instant.ts';

/** What in a file reaches for the world by itself. */
export function worldlyNames(file: SourceFile): readonly string[] {
  if (!SUSPICIOUS.test(file.text)) return [];
  const tree = syntaxOf(file);
  const faults: string[] = [];
  walk(tree, (node) => {
    const name = worldlyName(node, file.path);
    if (name !== undefined) faults.push(`${file.path}:${lineOf(tree, node)}: ${name}`);
  });
  return faults;
}

function worldlyName(node: ts.Node, path: string): string | undefined {
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return 'import()';
  if (ts.isPropertyAccessExpression(node) && node.getText() === 'Math.random') return 'Math.random';
  if (!ts.isIdentifier(node) || !WORLD.has(node.text) || isNameOfMember(node)) return undefined;
  return path === CALENDAR && isCalendar(node) ? undefined : node.text;
}

const isNameOfMember = ({ parent, ...node }: ts.Identifier): boolean =>
  ((ts.isPropertyAccessExpression(parent) ||
    ts.isPropertyAssignment(parent) ||
    ts.isPropertySignature(parent) ||
    ts.isMethodSignature(parent)) &&
    parent.name.pos === node.pos) ||
  ts.isQualifiedName(parent);

/** `new Date(at)`, `Date.UTC(…)` and `Date.parse(…)` are arithmetic; `new Date()` and `Date.now()` are not. */
function isCalendar({ text, parent }: ts.Identifier): boolean {
  if (text !== 'Date') return false;
  if (ts.isNewExpression(parent)) return (parent.arguments?.length ?? 0) > 0;
  return ts.isPropertyAccessExpression(parent) && ['UTC', 'parse'].includes(parent.name.text);
}
