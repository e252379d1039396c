import { join } from 'node:path';
import { ffmpegPackager } from '../../../adapters/media/ffmpeg/packager.ts';
import { openLocalStorage } from '../../../adapters/media/local-storage.ts';
import { openSqlite } from '../../../adapters/persistence/knex/connection.ts';
import { knexStores } from '../../../adapters/persistence/knex/stores/all.ts';
import { KnexUnitOfWork } from '../../../adapters/persistence/knex/unit-of-work.ts';
import { catalogPolicy } from '../../../src/catalog/index.ts';
import { systemClock } from '../../../adapters/clock/system-clock.ts';
import { catalogWorld } from '../../world/catalog.ts';
import { ffmpegPrograms } from '../../world/ffmpeg.ts';

/** A process that packages what waits in a folder, says when it is at it, and is killed there. */
const [folder = '', leaseSeconds = ''] = process.argv.slice(2);
const storage = await openLocalStorage(join(folder, 'media'));
const packager = ffmpegPackager(await ffmpegPrograms(), storage, { reportMs: 20 });
const { catalog } = catalogWorld(new KnexUnitOfWork(openSqlite(join(folder, 'usher.sqlite')), knexStores), {
  storage,
  systemClock,
  policy: { ...catalogPolicy, packagingLeaseSeconds: Number(leaseSeconds) },
  packager: {
    ...packager,
    package: (order) =>
      packager.package({
        ...order,
        report: (progress) => {
          if (progress > 0) process.send?.(order.packageKey);
          return order.report(progress);
        },
      }),
  },
});
await catalog.packageDue(1);
