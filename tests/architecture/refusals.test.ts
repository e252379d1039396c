import { expect } from 'chai';
import { allCodes, statusOfCode } from '../../adapters/http/refusal-catalogue.ts';
import { routes } from '../../adapters/http/routes/all.ts';
import { catalogueFaults, httpRefusalCodes, scanRefusals } from './refusal-calls.ts';
import { sourceFile, sources } from './source-tree.ts';

const product = (): ReturnType<typeof scanRefusals> =>
  scanRefusals([...sources('src'), ...sources('adapters')]);

describe('the catalogues of refusals', () => {
  it('hold every refusal, in plain words', () => {
    const { declared, faults } = product();
    expect(declared.length).to.be.greaterThan(0);
    expect(faults).to.deep.equal([]);
  });

  it('hold each code once, under the name of its context', () => {
    expect(catalogueFaults(product().declared)).to.deep.equal([]);
  });

  it('are complete for HTTP: each code has a status there', () => {
    const codes = [...product().declared.map(({ code }) => code), ...httpRefusalCodes(sources('adapters'))];
    expect(allCodes()).to.have.length.greaterThan(0);
    expect(codes.filter((code) => statusOfCode(code) === undefined)).to.deep.equal([]);
  });

  it('hold every code that a route announces', () => {
    const announced = routes.flatMap(({ refuses }) => refuses);
    expect(announced).to.have.length.greaterThan(0);
    expect(announced.filter((code) => statusOfCode(code) === undefined)).to.deep.equal([]);
  });

  it('hold no code that no test asserts', () => {
    const tests = sources('tests')
      .filter(({ path }) => !path.startsWith('tests/architecture/'))
      .map(({ text }) => text)
      .join('\n');
    const codes = [...new Set(product().declared.map(({ code }) => code))];
    const unasserted = codes.filter((code) => !tests.includes(`'${code}'`));
    expect(unasserted).to.deep.equal([]);
  });
});

describe('the catalogues of refusals, with violations planted', () => {
  const scan = (path: string, text: string): ReturnType<typeof scanRefusals> =>
    scanRefusals([sourceFile(path, text)]);
  const faultsOf = (...plants: readonly (readonly [string, string])[]): readonly string[] =>
    catalogueFaults(plants.flatMap(([path, text]) => scan(path, text).declared));
  const stated = (kind: string, code: string, message = 'No.'): string =>
    `refusal('${kind}', '${code}', '${message}')`;

  it('sees a code that is computed', () => {
    expect(scan('src/billing/a.ts', `refusal('gone', prefix + '.gone', 'No.')`).faults).to.have.length(1);
  });

  it('sees an error made past the catalogue', () => {
    expect(scan('src/billing/a.ts', `throw new DomainError('gone', 'a.b', 'No.');`).faults).to.have.length(1);
  });

  it('sees one code in two catalogues', () => {
    const text = stated('gone', 'billing.gone');
    expect(faultsOf(['src/billing/a.ts', text], ['adapters/http/b.ts', text])).to.have.length(1);
  });

  it("sees a code under another context's name, and one that is not kebab-case", () => {
    expect(faultsOf(['src/billing/a.ts', stated('gone', 'playback.gone')])).to.have.length(1);
    expect(faultsOf(['src/billing/a.ts', stated('gone', 'billing.isGone')])).to.have.length(1);
  });

  it('sees a shared code with another kind, or an absence in other words', () => {
    const absent = stated('not-found', 'request.not-found');
    const other = stated('not-found', 'request.not-found', 'No plan.');
    expect(faultsOf(['src/billing/a.ts', absent], ['src/catalog/a.ts', other])).to.have.length(1);
    const gone = stated('gone', 'request.not-found');
    expect(faultsOf(['src/billing/a.ts', absent], ['src/catalog/a.ts', gone])).to.have.length(1);
    expect(faultsOf(['src/billing/a.ts', absent], ['src/catalog/a.ts', absent])).to.deep.equal([]);
  });
});
