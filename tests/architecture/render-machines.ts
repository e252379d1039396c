import { join } from 'node:path';
import { isFinal, statesOf, targets, type Machine } from '../../src/kernel/state-machine.ts';
import { paths, ROOT } from './source-tree.ts';

type AnyMachine = Machine<string, string>;

const isMachine = (value: unknown): value is AnyMachine =>
  typeof value === 'object' && value !== null && 'name' in value && 'initial' in value && 'table' in value;

interface Lifecycle {
  readonly path: string;
  readonly machine: AnyMachine;
}

/** Every machine that a `…-lifecycle.ts` of src exports; a file without one is a mistake. */
export async function lifecycles(): Promise<readonly Lifecycle[]> {
  const files = paths('src').filter((path) => path.endsWith('-lifecycle.ts'));
  const found = await Promise.all(
    files.map(async (path) => {
      const exported: unknown[] = Object.values((await import(join(ROOT, path))) as object);
      const machines = exported.filter(isMachine);
      if (machines.length === 0) throw new Error(`${path} exports no machine`);
      return machines.map((machine) => ({ path, machine }));
    }),
  );
  return found.flat();
}

/** One line per pair of states: the triggers between them stand together. */
function arrows(machine: AnyMachine): readonly string[] {
  const lines: string[] = machine.initial.map((state) => `  [*] --> ${state}`);
  for (const from of statesOf(machine)) {
    const triggers = new Map<string, string[]>();
    for (const trigger of Object.keys(machine.table[from] ?? {}))
      for (const to of targets(machine, from, trigger))
        triggers.set(to, [...(triggers.get(to) ?? []), trigger]);
    for (const [to, names] of triggers) lines.push(`  ${from} --> ${to}: ${names.join(', ')}`);
    if (isFinal(machine, from)) lines.push(`  ${from} --> [*]`);
  }
  return lines;
}

const section = ({ path, machine }: Lifecycle): string =>
  [
    `## ${machine.name}`,
    '',
    `From [${path}](../../${path}).`,
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...arrows(machine),
    '```',
    '',
  ].join('\n');

/** The lifecycles as diagrams, from the tables that the rules themselves follow. */
export async function machinesPage(): Promise<string> {
  const sections = (await lifecycles()).map(section);
  return ['# Lifecycles', '', 'What the tables do not list is refused.', '', ...sections].join('\n');
}
