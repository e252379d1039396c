import { expect } from 'chai';
import { tagsOf } from '../../../adapters/http/openapi-tags.ts';
import { rawRoutes, routes } from '../../../adapters/http/routes/all.ts';

describe('the groups of routes', () => {
  it('say what they are about, each once', () => {
    const tags = tagsOf([...routes, ...rawRoutes]);
    expect(tags.filter(({ description }) => typeof description !== 'string')).to.deep.equal([]);
    expect(new Set(tags.map(({ name }) => name)).size).to.equal(tags.length);
  });

  it('are shown without a word when nobody wrote one', () => {
    expect(tagsOf([{ tag: 'Planted' }, { tag: 'Planted' }])).to.deep.equal([{ name: 'Planted' }]);
  });
});
