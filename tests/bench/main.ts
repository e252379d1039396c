import { benchChecks } from './checks.ts';
import { benchHttp } from './http.ts';
import { benchSegments } from './segments.ts';
import { benchSessions } from './sessions.ts';
import { benchShelves } from './shelves.ts';
import { benchUsage } from './usage.ts';

/** `npm run bench`: everything that is measured, one after another; `npm run bench -- usage checks` runs parts. */
const PARTS: Readonly<Record<string, () => Promise<void>>> = {
  http: benchHttp,
  usage: benchUsage,
  checks: benchChecks,
  segments: benchSegments,
  shelves: benchShelves,
  sessions: benchSessions,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((part) => !Object.hasOwn(PARTS, part));
if (unknown.length > 0) {
  console.error(`There is no part "${unknown.join('", "')}". There are: ${Object.keys(PARTS).join(', ')}.`);
  process.exitCode = 2;
} else
  for (const part of asked.length > 0 ? asked : Object.keys(PARTS)) {
    console.log(`${part}:`);
    await PARTS[part]?.();
  }
