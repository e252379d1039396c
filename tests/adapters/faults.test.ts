import { expect } from 'chai';
import { openSqlite } from '../../adapters/persistence/knex/connection.ts';
import { KnexUnitOfWork } from '../../adapters/persistence/knex/unit-of-work.ts';
import { DomainError } from '../../src/kernel/domain-error.ts';

describe('a question that the database cancels', () => {
  it('is answered as busy: outside a unit of work nobody knows what a lost race is', async () => {
    const connections = openSqlite(':memory:');
    const unitOfWork = new KnexUnitOfWork(connections, () => ({}));
    const canceled = Object.assign(new Error('canceling statement due to conflict with recovery'), {
      code: '40001',
    });
    const failure: unknown = await unitOfWork
      .read(() => Promise.reject(canceled))
      .catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(DomainError).and.to.include({ code: 'service.busy' });
    await connections.close();
  });
});
