import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { EMBEDDING_PAGE, examples, linksIn, placesIn, withExamples } from './embedding-page.ts';

describe('the page about embedding', () => {
  it('shows every example as it is run, or leads to it', async () => {
    const page = await readFile(EMBEDDING_PAGE, 'utf8');
    const shown = await examples();
    expect(shown.size).to.be.greaterThan(0);
    expect([...placesIn(page), ...linksIn(page)]).to.have.members([...shown.keys()]);
    expect(page === withExamples(page, shown), 'docs/embedding.md is stale: run npm run docs').to.equal(true);
  });

  it('sees an example that changed, and one that is missing', () => {
    const page = 'See\n\n<!-- a.ts -->\n\n```ts\nold;\n```\n\nand\n\n<!-- b.ts -->\n\nthe end\n';
    expect(placesIn(page)).to.deep.equal(['a.ts', 'b.ts']);
    const shown = new Map([
      ['a.ts', 'new;\n'],
      ['b.ts', 'b;\n'],
    ]);
    expect(withExamples(page, shown)).to.equal(
      'See\n\n<!-- a.ts -->\n\n```ts\nnew;\n```\n\nand\n\n<!-- b.ts -->\n\n```ts\nb;\n```\n\nthe end\n',
    );
  });
});
