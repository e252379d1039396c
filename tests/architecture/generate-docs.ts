import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openApi } from '../../adapters/http/openapi.ts';
import { rawRoutes, routes } from '../../adapters/http/routes/all.ts';
import { EMBEDDING_PAGE, examples, withExamples } from './embedding-page.ts';
import { machinesPage } from './render-machines.ts';
import { eventsPage, refusalsPage } from './render-refusals.ts';
import { schemaPage } from './render-schema.ts';
import { ROOT } from './source-tree.ts';

export const GENERATED = join(ROOT, 'docs/generated');

/** Every generated document by its file name, as it should be now. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  return new Map([
    ['events.md', eventsPage()],
    ['machines.md', await machinesPage()],
    ['openapi.json', await openApiDocument()],
    ['refusals.md', refusalsPage()],
    ['schema.md', await schemaPage()],
  ]);
}

async function openApiDocument(): Promise<string> {
  const { version, description } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    readonly version: string;
    readonly description: string;
  };
  const info = { title: 'Usher', version, description };
  return `${JSON.stringify(openApi({ routes, rawRoutes, info }), null, 2)}\n`;
}

if (import.meta.main) {
  await mkdir(GENERATED, { recursive: true });
  for (const [name, text] of await generate()) await writeFile(join(GENERATED, name), text);
  const page = await readFile(EMBEDDING_PAGE, 'utf8');
  await writeFile(EMBEDDING_PAGE, withExamples(page, await examples()));
}
