import { expect } from 'chai';
import { PathTable } from '../../../adapters/http/path-table.ts';

describe('the table of paths', () => {
  const table = new PathTable<string>();
  for (const path of ['/invoices', '/invoices/{id}', '/invoices/{id}.pdf', '/invoices/balance.pdf'])
    table.add('get', path, path);
  const find = (path: string) => {
    const found = table.find('get', path);
    return found.state === 'found' ? [found.value, found.params] : found.state;
  };

  it('lets a parameter with an ending win over one without, and a fixed segment over both', () => {
    expect(find('/invoices/7')).to.deep.equal(['/invoices/{id}', { id: '7' }]);
    expect(find('/invoices/7.pdf')).to.deep.equal(['/invoices/{id}.pdf', { id: '7' }]);
    expect(find('/invoices/7.pdf/')).to.deep.equal(['/invoices/{id}.pdf', { id: '7' }]);
    expect(find('/invoices/balance.pdf')).to.deep.equal(['/invoices/balance.pdf', {}]);
  });

  it('leaves other endings, and the ending alone, to the parameter without one', () => {
    expect(find('/invoices/7.txt')).to.deep.equal(['/invoices/{id}', { id: '7.txt' }]);
    expect(find('/invoices/.pdf')).to.deep.equal(['/invoices/{id}', { id: '.pdf' }]);
    expect(find('/invoices/a%2Fb.pdf')).to.deep.equal(['/invoices/{id}.pdf', { id: 'a/b' }]);
    expect(find('/invoices/7.pdf/x')).to.equal('nothing');
  });
});
