import { HTTP_CODES } from '../../adapters/http/edge-refusals.ts';
import { STATUS_OF } from '../../adapters/http/problems.ts';
import { statusOfCode } from '../../adapters/http/refusal-catalogue.ts';
import type { RefusalKind } from '../../src/kernel/domain-error.ts';
import { reactionsTo } from '../../src/reactions.ts';
import { announcedEvents } from './event-names.ts';
import { scanRefusals, type DeclaredRefusal } from './refusal-calls.ts';
import { code, table } from './render-tables.ts';
import { sources } from './source-tree.ts';

const isKind = (kind: string): kind is RefusalKind => Object.hasOwn(STATUS_OF, kind);

function row({ code: name, kind, message }: DeclaredRefusal): readonly string[] {
  const status = isKind(kind) ? STATUS_OF[kind] : statusOfCode(name);
  return [code(name), kind, String(status ?? ''), message];
}

const byCode = (a: readonly string[], b: readonly string[]): number => ((a[0] ?? '') < (b[0] ?? '') ? -1 : 1);

/** Every refusal by the first part of its code, with the words that a caller reads. */
export function refusalsPage(): string {
  const { declared } = scanRefusals([...sources('src'), ...sources('adapters')]);
  const said = new Map(declared.map((each) => [`${each.code} ${each.message}`, each]));
  const groups = Map.groupBy(said.values(), ({ code: name }) => name.split('.')[0] ?? '');
  const sections = [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) =>
      [`## ${name}`, '', table(['code', 'kind', 'HTTP', 'message'], each.map(row).sort(byCode))].join('\n'),
    );
  const http = Object.entries(HTTP_CODES)
    .map(([name, status]) => [code(name), String(status)])
    .sort(byCode);
  return [
    '# Refusals',
    '',
    'Codes are promises: a client may branch on them, and a released one is never renamed. Messages may change.',
    '',
    ...sections,
    '## From HTTP alone',
    '',
    table(['code', 'HTTP'], http),
  ].join('\n');
}

/** Every event that is announced, and what answers it. */
export function eventsPage(): string {
  const rows = announcedEvents(sources('src')).map((name) => [
    code(name),
    reactionsTo(name).map(code).join(', ') || 'journalled only',
  ]);
  return ['# Events', '', table(['event', 'answered by'], rows)].join('\n');
}
