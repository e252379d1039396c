import type { Answer, Client } from '../../world/client.ts';
import { expected } from '../../world/house.ts';
import type { Provocations, Stage } from './stage.ts';

/** Somebody with a plan for one screen, and a film. */
async function viewer(stage: Stage): Promise<{ readonly person: Client; readonly film: string }> {
  const plan = { access_level: 'premium', max_devices_allowed: 1 };
  const [person, film] = [
    await stage.person(),
    await stage.make.published('/videos', { access_level: 'basic' }),
  ];
  expected(await person.post('/payments', { plan_id: await stage.plan(plan) }), 201);
  return { person, film };
}

const start = (who: Client, film: string, more: object = {}): Promise<Answer> =>
  who.post('/playback/sessions', { title_id: film, device_id: 'tv', ...more });
const BEAT = { seq: 1, position_seconds: 1, state: 'playing' };

/** A stream that runs, and its heartbeat. */
async function running(
  stage: Stage,
): Promise<Awaited<ReturnType<typeof viewer>> & { readonly path: string }> {
  const { person, film } = await viewer(stage);
  const { body } = expected(await start(person, film), 201);
  return { person, film, path: `/playback/sessions/${String(body['id'])}` };
}

const premium = ({ make }: Stage): Promise<string> => make.published('/videos', { access_level: 'premium' });

/** Every refusal of playback and of what was watched. */
export const WATCHING: Provocations = {
  'post /playback/sessions playback.sign-in-required': async (stage) =>
    start(stage.anonymous, await premium(stage)),
  'post /playback/sessions playback.tier-too-low': async (stage) =>
    start(await stage.person(), await premium(stage)),
  'post /playback/sessions playback.stream-limit-reached': async (stage) => {
    const { person, film } = await running(stage);
    return start(person, film, { device_id: 'phone' });
  },
  'post /playback/sessions/{id}/heartbeat playback.sign-in-required': async (stage) =>
    stage.anonymous.post(`${(await running(stage)).path}/heartbeat`, BEAT),
  'post /playback/sessions/{id}/heartbeat playback.terminated': async (stage) => {
    const { person, film, path } = await running(stage);
    const { body } = await start(person, film, { device_id: 'phone' });
    const terminate = [body['active']?.[0]?.['termination_code']];
    expected(await start(person, film, { device_id: 'phone', terminate }), 201);
    return person.post(`${path}/heartbeat`, BEAT);
  },
  'post /playback/sessions/{id}/heartbeat playback.session-expired': async (stage) => {
    const { person, path } = await running(stage);
    await stage.world.advance('P2D');
    return person.post(`${path}/heartbeat`, BEAT);
  },
  'post /playback/sessions/{id}/heartbeat playback.session-stopped': async (stage) => {
    const { person, path } = await running(stage);
    expected(await person.delete(path), 204);
    return person.post(`${path}/heartbeat`, BEAT);
  },
  'delete /playback/sessions/{id} playback.sign-in-required': async (stage) =>
    stage.anonymous.delete((await running(stage)).path),
  'post /activities/watch playback.tier-too-low': async (stage) =>
    (await stage.person()).post('/activities/watch', { video_id: await premium(stage) }),
  'get /activities/my request.invalid': async ({ person }) =>
    (await person()).get('/activities/my?month=2026-13'),
};
