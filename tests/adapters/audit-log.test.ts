import { expect } from 'chai';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPostgres, openSqlite, type Connections } from '../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../adapters/persistence/knex/migrate.ts';
import { migratedDatabase } from '../world/postgres.ts';

const ROW = { id: 'a', at: 1, actor: 'anonymous', action: 'login.failed' };

async function expectAppendOnly({ dialect, writer }: Connections): Promise<void> {
  await writer('audit_log').insert(ROW);
  const changes = [
    writer('audit_log').update({ action: 'forged' }),
    writer('audit_log').where({ id: 'a' }).delete(),
    ...(dialect === 'postgres' ? [writer.raw('truncate audit_log')] : []),
  ];
  for (const change of changes) {
    const outcome = await change.then(
      () => 'changed',
      (error: unknown) => String(error),
    );
    expect(outcome).to.include('audit_log is append-only');
  }
  expect(await writer('audit_log').select('id', 'action')).to.deep.equal([
    { id: 'a', action: 'login.failed' },
  ]);
}

describe('the audit log', () => {
  it('cannot be changed or shortened on SQLite', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'usher-audit-'));
    const connections = openSqlite(join(folder, 'usher.sqlite'));
    try {
      await migrate(connections);
      await expectAppendOnly(connections);
    } finally {
      await connections.close();
      await rm(folder, { recursive: true });
    }
  });

  it('cannot be changed, shortened or emptied on Postgres', async () => {
    const database = await migratedDatabase(async (url) => {
      const connections = openPostgres(url);
      await migrate(connections).finally(() => connections.close());
    });
    const connections = openPostgres(database.url);
    try {
      await expectAppendOnly(connections);
    } finally {
      await connections.close();
      await database.drop();
    }
  });
});
