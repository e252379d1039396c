import ts from 'typescript';
import { lineOf, syntaxOf, walk, type SourceFile } from './source-tree.ts';

/** One `refusal('kind', 'code', 'message')` as it stands in the source. */
export interface DeclaredRefusal {
  readonly path: string;
  readonly line: number;
  readonly kind: string;
  readonly code: string;
  readonly message: string;
}

export interface RefusalScan {
  readonly declared: readonly DeclaredRefusal[];
  /** What the catalogue cannot know: a code that is computed, an error made past the catalogue. */
  readonly faults: readonly string[];
}

const literal = (node: ts.Node | undefined): string | undefined =>
  node && ts.isStringLiteralLike(node) ? node.text : undefined;

/** Reads every refusal out of the source, so that one beside the catalogues is seen too. */
export function scanRefusals(files: readonly SourceFile[]): RefusalScan {
  const declared: DeclaredRefusal[] = [];
  const faults: string[] = [];
  for (const file of files) {
    if (!/refusal\(|DomainError\(/.test(file.text) || file.path === 'src/kernel/domain-error.ts') continue;
    const tree = syntaxOf(file);
    walk(tree, (node) => {
      const found = refusalIn(node);
      if (!found) return;
      const where = { path: file.path, line: lineOf(tree, node) };
      if ('fault' in found) faults.push(`${where.path}:${where.line}: ${found.fault}`);
      else declared.push({ ...where, ...found });
    });
  }
  return { declared, faults };
}

type Found = Pick<DeclaredRefusal, 'kind' | 'code' | 'message'> | { readonly fault: string };

function refusalIn(node: ts.Node): Found | undefined {
  if (ts.isCallExpression(node) && isNamed(node.expression, 'refusal')) {
    const [kind, code, message] = node.arguments.map(literal);
    if (kind === undefined || code === undefined || message === undefined)
      return { fault: 'a refusal whose kind, code or message is computed' };
    return { kind, code, message };
  }
  // A code that is not a text here was taken from a refusal: that one is in a catalogue.
  if (ts.isNewExpression(node) && isNamed(node.expression, 'DomainError'))
    if (literal(node.arguments?.[1]) !== undefined) return { fault: 'a DomainError that is in no catalogue' };
  return undefined;
}

const isNamed = (node: ts.Node, name: string): boolean => ts.isIdentifier(node) && node.text === name;

/** The codes of `new HttpRefusal(status, 'code', …)`: what only HTTP knows to refuse. */
export function httpRefusalCodes(files: readonly SourceFile[]): readonly string[] {
  const codes = new Set<string>();
  for (const file of files) {
    if (!file.text.includes('new HttpRefusal(')) continue;
    walk(syntaxOf(file), (node) => {
      if (!ts.isNewExpression(node) || !isNamed(node.expression, 'HttpRefusal')) return;
      const code = literal(node.arguments?.[1]);
      if (code !== undefined) codes.add(code);
    });
  }
  return [...codes].sort();
}

/** Codes that mean the same wherever they are said, so more than one catalogue may hold them. */
export const SHARED_CODES: readonly string[] = ['request.not-found', 'request.invalid'];

/** Codes outside a context's own name, beside the shared ones. */
export const FOREIGN_PREFIXES: Readonly<Record<string, readonly string[]>> = { playback: ['media'] };

/** What is wrong with the catalogues taken together. */
export function catalogueFaults(declared: readonly DeclaredRefusal[]): readonly string[] {
  const faults: string[] = [];
  const first = new Map<string, DeclaredRefusal>();
  for (const each of declared) {
    const where = `${each.path}:${each.line}: ${each.code}`;
    const known = first.get(each.code);
    if (!known) first.set(each.code, each);
    else if (!SHARED_CODES.includes(each.code)) faults.push(`${where} stands in ${known.path} too`);
    else if (known.kind !== each.kind) faults.push(`${where} is ${known.kind} in ${known.path}`);
    if (each.code === 'request.not-found' && known && known.message !== each.message)
      faults.push(`${where} says something else than in ${known.path}`);
    if (!/^[a-z]+\.[a-z]+(-[a-z]+)*$/.test(each.code)) faults.push(`${where} is not context.kebab-reason`);
    if (!prefixFits(each)) faults.push(`${where} carries another's name`);
  }
  return faults;
}

function prefixFits({ path, code }: DeclaredRefusal): boolean {
  const [root, context = ''] = path.split('/');
  if (root !== 'src' || context === 'kernel' || SHARED_CODES.includes(code)) return true;
  const prefixes = [context, ...(FOREIGN_PREFIXES[context] ?? [])];
  return prefixes.includes(code.split('.')[0] ?? '');
}
