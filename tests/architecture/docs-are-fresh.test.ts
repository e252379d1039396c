import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { generate, GENERATED } from './generate-docs.ts';
import { table } from './render-tables.ts';
import { paths } from './source-tree.ts';

describe('the generated documents', () => {
  let now: ReadonlyMap<string, string>;
  before(async () => {
    now = await generate();
  });

  for (const name of ['events.md', 'machines.md', 'openapi.json', 'refusals.md', 'schema.md']) {
    it(`have a fresh ${name}`, () => {
      const kept = readFileSync(join(GENERATED, name), 'utf8');
      expect(kept === now.get(name), `docs/generated/${name} is stale: run npm run docs`).to.equal(true);
    });
  }

  it('are all there are, and all compared', () => {
    expect(paths('docs/generated').map((path) => path.replace('docs/generated/', ''))).to.deep.equal([
      ...now.keys(),
    ]);
  });

  it('are the same when made twice', async () => {
    expect([...(await generate())]).to.deep.equal([...now]);
  });

  it('keep a bar inside a cell', () => {
    expect(table(['a'], [['x | y']])).to.equal('| a |\n| --- |\n| x \\| y |\n');
  });
});
