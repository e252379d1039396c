import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { ffmpegPackager } from '../../../adapters/media/ffmpeg/packager.ts';
import { openLocalStorage } from '../../../adapters/media/local-storage.ts';
import { openSqlite } from '../../../adapters/persistence/knex/connection.ts';
import { migrate } from '../../../adapters/persistence/knex/migrate.ts';
import { knexStores } from '../../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../../adapters/persistence/knex/unit-of-work.ts';
import { catalogPolicy } from '../../../src/catalog/index.ts';
import { catalogWorld } from '../../world/catalog.ts';
import { eventually } from '../../world/eventually.ts';
import { ffmpegPrograms, filmOf } from '../../world/ffmpeg.ts';

const LEASE_SECONDS = 1;

describe('a worker killed while it packages', function () {
  this.timeout(60_000);
  let folder: string;
  let close: (() => Promise<void>) | undefined;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'usher-killed-'));
  });
  afterEach(async () => {
    await close?.();
    await rm(folder, { recursive: true });
  });

  const packagesUntilKilled = async (): Promise<string> => {
    const child = fork(join(import.meta.dirname, 'packager.child.ts'), [folder, String(LEASE_SECONDS)]);
    const gone = once(child, 'exit');
    try {
      const [said] = (await Promise.race([once(child, 'message'), gone.then(() => [''])])) as [string];
      return said;
    } finally {
      child.kill('SIGKILL');
      await gone;
    }
  };

  it('has its work taken up by another after the lease, and leaves nothing behind', async () => {
    const storage = await openLocalStorage(join(folder, 'media'));
    const connections = openSqlite(join(folder, 'usher.sqlite'));
    close = () => connections.close();
    await migrate(connections);
    const world = catalogWorld(new KnexUnitOfWork(connections, knexStores), {
      storage,
      systemClock,
      policy: { ...catalogPolicy, packagingLeaseSeconds: LEASE_SECONDS },
      packager: ffmpegPackager(await ffmpegPrograms(), storage),
    });
    const title = await world.title();
    const film = await filmOf({ size: '640x360', seconds: 20, rate: 25, sound: false });
    const stream = createReadStream(film);
    await world.catalog.upload({ title, kind: 'media', stream, contentLength: null });

    expect(await packagesUntilKilled()).to.not.equal('');
    expect(await world.catalog.packageDue(1), 'under the lease of the dead').to.deep.equal({ done: 0 });
    await eventually('the lease is over', async () => (await world.catalog.packageDue(1)).done === 1, 30_000);
    const { serving } = await world.catalog.assetOf(title, 'media');
    expect(serving).to.include({ status: 'ready', attempts: 2 });
    await world.catalog.removeDueFiles(10);
    expect(await readdir(join(folder, 'media', 'packaging'))).to.deep.equal([]);
    expect(await readdir(join(folder, 'media', 'packages'))).to.deep.equal([serving?.packageKey]);
  });
});
