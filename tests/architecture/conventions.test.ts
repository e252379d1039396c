import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect } from 'chai';
import { ADR_PARTS, adrFaults, lineCount, MAX_LINES, nameFault } from './conventions.ts';
import { paths, ROOT, sources } from './source-tree.ts';

const FOLDERS = ['src', 'adapters', 'tests'] as const;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

describe('the conventions of the house', () => {
  for (const folder of FOLDERS) {
    it(`keeps the files of ${folder} short enough to be one thought`, () => {
      const long = sources(folder).filter(({ text }) => lineCount(text) > MAX_LINES);
      expect(sources(folder).length).to.be.greaterThan(0);
      expect(long.map(({ path, text }) => `${path}: ${lineCount(text)} lines`)).to.deep.equal([]);
    });

    it(`has no dumping grounds in ${folder}`, () => {
      const faults = sources(folder).flatMap(({ path }) => nameFault(path) ?? []);
      expect(faults).to.deep.equal([]);
    });
  }

  it('numbers its decisions without gaps or twins', () => {
    const names = paths('docs/adr').map((path) => posix.basename(path));
    expect(names.length).to.be.greaterThan(0);
    expect(adrFaults(names)).to.deep.equal([]);
  });

  it('gives with each decision its options, its price and when to think again', () => {
    for (const path of paths('docs/adr'))
      for (const part of ADR_PARTS) expect(read(path), path).to.include(part);
  });

  it('lists every variable of the configuration in .env.example', () => {
    const variables = [...read('adapters/composition/environment.ts').matchAll(/^ {2}([A-Z][A-Z0-9_]+): /gm)];
    const example = read('.env.example');
    expect(variables.length).to.be.greaterThan(20);
    const missing = variables.flatMap(([, name = '']) =>
      new RegExp(`^#? ?${name}=`, 'm').test(example) ? [] : [name],
    );
    expect(missing).to.deep.equal([]);
  });

  it('sees a long file, a dumping ground, a name in capitals, a twin and a gap', () => {
    expect(lineCount('x\n'.repeat(261))).to.be.greaterThan(MAX_LINES);
    expect(lineCount('x\n'.repeat(260))).to.equal(MAX_LINES);
    for (const path of [
      'src/utils/a.ts',
      'src/billing/types.ts',
      'adapters/http/helpers.ts',
      'src/core/a.ts',
    ])
      expect(nameFault(path), path).to.be.a('string');
    expect(nameFault('src/billing/PaymentRules.ts')).to.be.a('string');
    expect(nameFault('src/billing/payment-rules.contract.ts')).to.equal(undefined);
    expect(adrFaults(['0001-one.md', '0001-two.md'])).to.have.length(1);
    expect(adrFaults(['0001-one.md', '0003-three.md'])).to.have.length(1);
    expect(adrFaults(['0001-one.md', '0002-two.md'])).to.deep.equal([]);
  });
});
