import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { paths, ROOT } from './source-tree.ts';

/** The page that shows the examples; each stands behind a comment with the name of its file. */
export const EMBEDDING_PAGE = join(ROOT, 'docs/embedding.md');

/** The examples by their file names, as they are run. */
export async function examples(): Promise<ReadonlyMap<string, string>> {
  const files = paths('docs/embedding').filter((path) => path.endsWith('.ts'));
  return new Map(
    await Promise.all(
      files.map(async (path) => [basename(path), await readFile(join(ROOT, path), 'utf8')] as const),
    ),
  );
}

const PLACE = /<!-- ([\w.-]+\.ts) -->\n(?:\n```ts\n[^]*?```\n)?/g;

/** The names that a page has places for. */
export const placesIn = (page: string): readonly string[] =>
  [...page.matchAll(PLACE)].map(([, name = '']) => name);

/** The names of those that are too long to be shown. */
export const linksIn = (page: string): readonly string[] =>
  [...page.matchAll(/\]\(embedding\/([\w.-]+\.ts)\)/g)].map(([, name = '']) => name);

/** The page with each example as it is now. */
export const withExamples = (page: string, shown: ReadonlyMap<string, string>): string =>
  page.replace(PLACE, (place, name: string) => {
    const example = shown.get(name);
    return example === undefined ? place : `<!-- ${name} -->\n\n\`\`\`ts\n${example}\`\`\`\n`;
  });
