import { expect } from 'chai';
import { MOVABLE_CLOCK, UNIT_OF_WORK } from '../../adapters/composition/keys.ts';
import { DAY, after, instant, toRfc3339, type Instant } from '../../src/kernel/instant.ts';
import { advanced, parseDuration } from '../../src/operations/duration.ts';
import type { Answer, Client } from '../world/client.ts';
import type { RunningUsher } from '../world/usher.ts';
import type { Deed, PlanSketch, Scenario } from './scenario.ts';

interface Happened {
  readonly at: string;
  readonly type: string;
}

/** Turns the clock and tells what happened to one account: in process, or over REST as a stranger would. */
export type Calendar = (world: RunningUsher, admin: Client, by: string) => Promise<readonly AccountEvent[]>;

interface AccountEvent extends Happened {
  readonly accountId: string | null;
}

export const inProcess: Calendar = async (world, _admin, by) => {
  const { happened, truncated } = await world.faces.operations.advanceClock(by);
  expect(truncated, 'more happened than is listed').to.equal(false);
  return happened.map(({ at, type, accountId }) => ({ at: toRfc3339(at), type, accountId }));
};

export const overRest: Calendar = async (_world, admin, by) => {
  const { status, body } = await admin.post('/admin/clock/advance', { by });
  expect(status, JSON.stringify(body)).to.equal(200);
  expect(body['truncated'], 'more happened than is listed').to.equal(false);
  return [...body['happened']].map(({ at, type, account_id: accountId }) => ({
    at: String(at),
    type: String(type),
    accountId: accountId === null ? null : String(accountId),
  }));
};

/** What every plan of a scenario has unless its sketch says otherwise. */
const PLAN = {
  description: '',
  price: '9.99',
  currency: 'USD',
  access_level: 'premium',
  max_devices_allowed: 2,
  resolution: '1080p',
  grace_days: 3,
};

interface Stage {
  readonly world: RunningUsher;
  readonly admin: Client;
  readonly viewer: Client;
  readonly plans: ReadonlyMap<string, string>;
  readonly calendar: Calendar;
}

let plansMade = 0;

/** Plays a scenario with a viewer of its own. What earlier ones left behind does not concern it. */
export async function play(world: RunningUsher, scenario: Scenario, calendar: Calendar): Promise<void> {
  const admin = await world.admin();
  const viewer = await world.person();
  await turnTo({ world, admin, calendar }, scenario.from);
  const plans = new Map<string, string>();
  for (const [name, sketch] of Object.entries(scenario.plans))
    plans.set(name, await sell(admin, name, sketch));
  const stage = { world, admin, viewer, plans, calendar };
  // Whatever registering owes (a mail) is no part of the story.
  await calendar(world, admin, 'PT0S');
  for (const [index, act] of scenario.acts.entries()) {
    const label = `act ${index + 1}`;
    if (act.kind === 'does') await perform(stage, act, label);
    else if (act.kind === 'turns') await turn(stage, act, label);
    else if (act.kind === 'sees') await look(stage, act.fields, label);
    else await sleep(world, act.for);
  }
  await leave(viewer);
}

async function sell(admin: Client, name: string, sketch: PlanSketch): Promise<string> {
  plansMade += 1;
  const validity = 'validity_days' in sketch || 'validity_months' in sketch ? {} : { validity_months: 1 };
  const plan = { ...PLAN, ...validity, name, code: `${name}-${plansMade}`, ...sketch };
  const { status, body } = await admin.post('/subscriptions/plans', plan);
  expect(status, JSON.stringify(body)).to.equal(201);
  return String(body['id']);
}

async function perform(stage: Stage, deed: Deed, label: string): Promise<void> {
  const [method = '', path = ''] = deed.call.split(' ');
  const client = deed.who === 'viewer' ? stage.viewer : stage.admin;
  const place = (text: string): string => placed(stage, text);
  const body = method === 'GET' ? {} : { body: JSON.parse(place(JSON.stringify(deed.body))) as unknown };
  const mark = await journalEnd(stage.world);
  const answer = await client.send(method, place(path), body);
  expect(outcomeOf(answer, deed), `${label}: ${deed.call} ${JSON.stringify(answer.body)}`).to.equal(
    deed.answer,
  );
  await stage.world.settle();
  expect(await journalled(stage, mark), `${label}: ${deed.call}`).to.deep.equal(deed.events);
}

const journalEnd = ({ usher }: RunningUsher): Promise<number> =>
  usher.get(UNIT_OF_WORK).read(({ journal }) => journal.end());

/** What the deed itself made happen, reactions included: the journal since then. */
async function journalled({ world, viewer }: Stage, mark: number): Promise<readonly string[]> {
  const lines = await world.usher.get(UNIT_OF_WORK).read(({ journal }) => journal.since(mark, 1_000));
  return lines.flatMap(({ event }) => (event.accountId === viewer.accountId ? [event.type] : []));
}

const outcomeOf = ({ status, body }: Answer, { answer }: Deed): unknown =>
  typeof answer === 'number' ? status : body['code'];

/** `{plan:monthly}` becomes the plan's id, `{account}` the viewer's, `{+30d}` the time in 30 days. */
const placed = ({ plans, viewer, world }: Stage, text: string): string =>
  text
    .replace(/\{plan:([\w-]+)\}/g, (_, name: string) => plans.get(name) ?? `no plan ${name}`)
    .replace(/\{account\}/g, viewer.accountId)
    .replace(/\{\+(\d+)d\}/g, (_, days: string) => toRfc3339(after(world.now(), Number(days) * DAY)));

async function turn(stage: Stage, { to, events }: { to: string; events: readonly string[] }, label: string) {
  const happened = to.startsWith('P') ? await eventsOf(stage, to) : await turnTo(stage, to, stage.viewer);
  const told = happened.map(({ at, type }) => `${dayOf(at)} ${type}`);
  expect(told, `${label}: turning the clock to ${to}`).to.deep.equal(events);
}

async function sleep({ usher, now }: RunningUsher, duration: string): Promise<void> {
  const span = parseDuration(duration);
  const target = span && advanced(now(), span);
  if (target === undefined) throw new Error(`no duration: ${duration}`);
  await usher.get(MOVABLE_CLOCK)?.moveTo(target);
}

async function look(
  { viewer }: Stage,
  fields: Readonly<Record<string, unknown>>,
  label: string,
): Promise<void> {
  const { body } = await viewer.get('/subscriptions/my');
  const seen = Object.fromEntries(
    Object.keys(fields).map((field) => [field, shortened(body[field] as unknown)]),
  );
  expect(seen, label).to.deep.equal(fields);
}

const shortened = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? dayOf(value) : value;

/** Nobody stays behind to be charged in the next story. */
async function leave(viewer: Client): Promise<void> {
  await viewer.patch('/subscriptions/my', { auto_renew: false });
  await viewer.post('/subscriptions/cancel', { at: 'now' });
}

async function eventsOf(stage: Stage, by: string): Promise<readonly Happened[]> {
  const happened = await stage.calendar(stage.world, stage.admin, by);
  return happened.filter(({ accountId }) => accountId === stage.viewer.accountId);
}

const dayOf = (time: string): string => time.slice(5, 10);

async function turnTo(
  { world, admin, calendar }: Pick<Stage, 'world' | 'admin' | 'calendar'>,
  day: string,
  viewer?: Client,
): Promise<readonly Happened[]> {
  const by = `PT${Math.ceil((nextNoon(world.now(), day) - world.now()) / 1_000)}S`;
  const happened = await calendar(world, admin, by);
  return happened.filter(({ accountId }) => accountId === viewer?.accountId);
}

/** Noon of the next such day that lies in the future, of a year of the kind that is asked for. */
function nextNoon(now: Instant, when: string): Instant {
  const [day = '', kind] = when.split(' ');
  const first = new Date(now).getUTCFullYear();
  for (let year = first; year < first + 9; year += 1) {
    const noon = Date.parse(`${year}-${day}T12:00:00.000Z`);
    const exists = !Number.isNaN(noon) && new Date(noon).toISOString().slice(5, 10) === day;
    const isLeap = new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1;
    const isOfKind = kind === undefined || isLeap === (kind === 'leap');
    if (exists && isOfKind && noon > now) return instant(noon);
  }
  throw new Error(`there is no ${when} ahead`);
}
