import { expect } from 'chai';
import { worldlyNames } from './purity.ts';
import { sourceFile, sources } from './source-tree.ts';

describe('the purity of src', () => {
  it('takes time, chance and the world from its ports alone', () => {
    const files = sources('src');
    expect(files.length).to.be.greaterThan(0);
    expect(files.flatMap(worldlyNames)).to.deep.equal([]);
  });

  const planted = [
    'const now = Date.now();',
    'const now = new Date();',
    'const then = new Date(0);',
    'function late(at: Date): boolean { return at.getTime() > 0; }',
    'const chance = Math.random();',
    `console.log('here');`,
    `const mode = process.env['NODE_ENV'];`,
    'setTimeout(() => undefined, 10);',
    'const later = globalThis.setTimeout;',
    'const bytes = crypto.getRandomValues(new Uint8Array(8));',
    `const late = async () => import('./plan.ts');`,
  ];
  for (const text of planted) {
    it(`sees ${text}`, () => {
      expect(worldlyNames(sourceFile('src/billing/a.ts', text))).to.have.length(1);
    });
  }

  it('lets instants become calendars in one file, with a moment given', () => {
    const calendar = (text: string): readonly string[] =>
      worldlyNames(sourceFile('src/kernel/instant.ts', text));
    expect(calendar('new Date(at); Date.UTC(2026, 1, 1); Date.parse(text);')).to.deep.equal([]);
    expect(calendar('new Date();')).to.have.length(1);
    expect(calendar('Date.now();')).to.have.length(1);
  });

  it('takes a name that is only a member or a word in a text for what it is', () => {
    const text = `/** process, Date.now() */ const a = { process: 1, say: 'new Date()' }; a.process; interface B { readonly fetch: 1 }`;
    expect(worldlyNames(sourceFile('src/billing/a.ts', text))).to.deep.equal([]);
  });
});
