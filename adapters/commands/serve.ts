import type { Config } from '../composition/config.ts';
import { seedDemo } from '../composition/demo.ts';
import { LOGGER, PACKAGER } from '../composition/keys.ts';
import { composeUsher, type Usher } from '../composition/usher.ts';
import { listen } from '../http/server.ts';

/** Serves HTTP, and runs the jobs as well unless `RUN_JOBS=false`. */
export async function serve(config: Config): Promise<void> {
  const usher = await composeUsher(config);
  tellPackaging(usher);
  try {
    if (config.seed === 'demo') await seedDemo(usher);
    const app = usher.app();
    await usher.start();
    const listening = await listen(app, {
      host: config.http.host,
      port: config.http.port,
      maxConnections: config.http.maxConnections,
      stopping: () => {
        usher.draining.begun = true;
      },
    });
    onSignal(usher, async () => {
      await listening.stop();
      await usher.close();
    });
    const watch = config.playerPage ? `, watch something at ${listening.url}/watch` : '';
    process.stdout.write(
      `Usher is ready at ${listening.url} — the API is at /api/v1, try it at ${listening.url}/docs${watch}\n`,
    );
  } catch (error) {
    await usher.close();
    throw isTaken(error) ? portTaken(config.http.port) : error;
  }
}

/** Runs the jobs alone, beside any number of others. */
export async function work(config: Config): Promise<void> {
  const usher = await composeUsher({ ...config, runJobs: true });
  tellPackaging(usher);
  await usher.start();
  // Keeps the process alive: timers of the jobs do not.
  const alive = setInterval(() => undefined, 60_000);
  onSignal(usher, async () => {
    clearInterval(alive);
    await usher.close();
  });
  process.stdout.write('Usher is running jobs\n');
}

/** Said once, because everything works without it as well: in one size, whatever the plan. */
function tellPackaging(usher: Usher): void {
  const packager = usher.get(PACKAGER);
  const logger = usher.get(LOGGER);
  if (packager) logger.info({ ffmpeg: packager.program }, 'media is packaged as HLS');
  else logger.warn({ packaging: 'none' }, 'media is served as it was uploaded: no ffmpeg, or PACKAGING=off');
}

/** The port is whoever's was first, and that is most often another of these. */
const portTaken = (port: number): Error =>
  new Error(`Port ${port} is taken: does Usher run there already? PORT names another.`);

const isTaken = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';

/** The first signal lets what runs come to its end; the second does not. */
function onSignal(usher: Usher, stop: () => Promise<void>): void {
  let asked = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (asked) process.exit(1);
      asked = true;
      stop().then(
        () => process.exit(0),
        (error: unknown) => {
          usher.get(LOGGER).error({ err: error }, 'stopping');
          process.exit(1);
        },
      );
    });
  }
  endWithNpm();
}

const PARENT_CHECK_MS = 500;

/** npm hands a signal to its shell alone, which ends and tells nobody: from then on somebody else is our parent. */
function endWithNpm(): void {
  if (process.env['npm_lifecycle_event'] === undefined) return;
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS);
  check.unref();
}
