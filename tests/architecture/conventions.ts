import { posix } from 'node:path';

/** Longer than this, a file holds two thoughts. */
export const MAX_LINES = 260;

export const lineCount = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);

/** Names under which anything could be put, and in time everything is. */
const DUMPING_GROUNDS = new Set([
  'common',
  'core',
  'helper',
  'helpers',
  'misc',
  'shared',
  'types',
  'util',
  'utils',
]);

/** What is wrong with a path's name, if anything. */
export function nameFault(path: string): string | undefined {
  const parts = path.split('/').map((part) => part.replace(/\..*$/, ''));
  const dump = parts.find((part) => DUMPING_GROUNDS.has(part));
  if (dump !== undefined) return `${path}: ${dump} says nothing`;
  return /^[a-z0-9]+([.-][a-z0-9]+)*$/.test(posix.basename(path)) ? undefined : `${path}: not kebab-case`;
}

/** What is wrong with the numbers of the decisions: `0001-words.md`, without gaps and twins. */
export function adrFaults(names: readonly string[]): readonly string[] {
  return [...names].sort().flatMap((name, index) => {
    const number = /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1];
    return Number(number) === index + 1 ? [] : [`${name} should be number ${index + 1}`];
  });
}

/** The parts that a decision must have: it is judged again by them. */
export const ADR_PARTS = ['## Options', '## Decision', '## Price', '## Reconsider when'] as const;
