import { readFile } from 'node:fs/promises';
import { openBrowser, type RealBrowser } from '../world/browser.ts';
import type { Client } from '../world/client.ts';
import { eventually } from '../world/eventually.ts';
import { ffmpegPrograms, filmOf } from '../world/ffmpeg.ts';
import { expected } from '../world/house.ts';
import { createPlanOn } from '../world/plans.ts';
import { startUsher, type RunningUsher } from '../world/usher.ts';
import { Seat } from './seat.ts';

/** A product on SQLite behind a socket, with one film that ffmpeg packaged, and a real browser before it. */
export interface Screening {
  readonly world: RunningUsher;
  readonly admin: Client;
  /** The film: 24 seconds, in 480 and 720 lines, of the level basic. */
  readonly film: string;
  plan(changes: object): Promise<string>;
  /** Somebody with a plan of their own. */
  viewer(changes?: object): Promise<Client>;
  /** A browser of its own, with nothing in its memory, at the page of the film or at another one. */
  sit(device?: string, path?: string): Promise<Seat>;
  /** Sends every browser home. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

const FILM = { size: '1280x720', seconds: 24, rate: 4 } as const;
/** Without such a mark, a film with less than half a minute to go counts as seen, and begins anew. */
const CREDITS_SECONDS = 23;

export async function openScreening(): Promise<Screening> {
  const { ffmpeg } = await ffmpegPrograms();
  const given = process.env['FFMPEG_PATH'] === undefined ? {} : { FFMPEG_PATH: ffmpeg };
  const world = await startUsher('SQLite', { variables: { PACKAGING: 'auto', RUN_JOBS: 'true', ...given } });
  let real: RealBrowser | undefined;
  const close = async (): Promise<void> => {
    await real?.close();
    await world.stop();
  };
  try {
    const admin = await world.admin();
    const [film, opened] = await Promise.all([publish(admin), openBrowser()]);
    real = opened;
    const { browser } = opened;
    let plans = 0;
    const plan = (changes: object): Promise<string> =>
      createPlanOn(admin, { code: `screening-${(plans += 1)}`, resolution: '1080p', ...changes });
    return {
      world,
      admin,
      film,
      plan,
      viewer: async (changes = {}) => {
        const person = await world.person();
        expected(await person.post('/payments', { plan_id: await plan(changes) }), 201);
        return person;
      },
      sit: async (device = 'Chrome', path = `/watch/${film}`) => {
        const context = await browser.createBrowserContext();
        const page = await context.newPage();
        await page.setUserAgent({ userAgent: `Mozilla/5.0 (X11; Linux x86_64) ${device}/153.0` });
        const seat = new Seat(page);
        await seat.visit(world.base + path);
        return seat;
      },
      clear: async () => {
        const others = browser.browserContexts().filter((each) => each !== browser.defaultBrowserContext());
        for (const context of others) await context.close();
      },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function publish(admin: Client): Promise<string> {
  const draft = {
    title: 'The Moving Square',
    description: 'It moves. Nobody knows why.',
    visibility: 'public',
    access_level: 'basic',
    release_year: 2026,
    duration_seconds: FILM.seconds,
    credits_start_seconds: CREDITS_SECONDS,
  };
  const id = String(expected(await admin.post('/videos', draft), 201).body['id']);
  const bytes = await readFile(await filmOf(FILM));
  expected(await admin.upload(`/videos/${id}/media`, bytes, 'video/mp4'), 202);
  const asset = async () => (await admin.get(`/videos/${id}/media`)).body['asset'];
  await eventually('the film is packaged', async () => (await asset())?.['status'] === 'ready', 60_000);
  expected(await admin.post(`/videos/${id}/publish`), 200);
  return id;
}
