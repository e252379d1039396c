import { expect } from 'chai';
import { after, DAY, instant, SECOND } from '../../src/kernel/instant.ts';
import { inEveryArena, type Arena } from '../races/arena.ts';
import { proving, shuffled, sized, unexpected, wins } from '../races/race.ts';
import { entitlementsOn, ids, metered, NOON } from '../world/entitlements.ts';
import { figure } from '../world/figures.ts';
import { monotonicMs, pacedAt, pacedClock, type Pace } from '../world/paced-clock.ts';
import type { StoreName } from '../world/stores.ts';
import { balanceOf } from './balance.ts';
import { LIMIT, scriptOf, type Script } from './generate.ts';
import { told, type Call } from './history.ts';
import { play, type Player, type PlayerSettings } from './players.scenario.ts';
import { linearize } from './search.ts';

/** At least one of these breaks. */
const NAIVE = Array.from({ length: 15 }, (_, index) => index + 1);

const scenario = new URL('./players.scenario.ts', import.meta.url);
const granted = metered({ limit: LIMIT, per: 'day' });

interface Size {
  readonly histories: number;
  /** Played at the same time, each on an account of its own. */
  readonly atOnce: number;
  /** So fast does time pass that a second is over in the middle of a history. */
  readonly speed: number;
}

const SIZES: Readonly<Record<StoreName, Size>> = {
  memory: { histories: sized(4_000, 100), atOnce: 50, speed: 400 },
  SQLite: { histories: sized(500, 20), atOnce: 20, speed: 100 },
  Postgres: { histories: sized(500, 15), atOnce: 10, speed: 40 },
};

/** A failure names its seed; the same script is then played alone. What meets what is not the same again. */
const asked = process.env['LINEAR_SEED'];
const scripts = ({ histories }: Size): readonly Script[] =>
  (asked === undefined ? Array.from({ length: histories }, (_, index) => index + 1) : [Number(asked)]).map(
    scriptOf,
  );

interface Played {
  readonly script: Script;
  readonly anchor: number;
  readonly calls: readonly Call[];
  /** What nobody should ever see: whose history has one is not whole. */
  readonly faults: readonly string[];
}

type Ring = Arena<Player, readonly Call[]>;

async function playTogether(ring: Ring, settings: PlayerSettings, company: readonly Script[]) {
  const { pace } = settings;
  const world = entitlementsOn(ring.unitOfWork, { clock: pacedClock(pace) });
  const openings = company.map(async (script) => {
    const accountId = ids.next();
    const turnsAt = after(pacedAt(pace, monotonicMs()), Math.floor(script.turnsAfter * SECOND));
    const names = new Map<string, string>();
    const player = { accountId, anchor: instant(turnsAt - DAY), client: 0, reservations: {} };
    const calls = await play({ ...player, plan: script.opening }, world, settings, names);
    return { script, player: { ...player, reservations: Object.fromEntries(names) }, calls };
  });
  const opened = await Promise.all(openings);
  const players = opened.flatMap(({ script, player }) =>
    script.clients.map((plan, index): Player => ({ ...player, client: index + 1, plan })),
  );
  const dealt = shuffled(players, company[0]?.seed ?? 0);
  const outcomes = await ring.race(dealt);
  const byAccount = Map.groupBy(outcomes.entries(), ([index]) => dealt[index]?.accountId);
  return opened.map(({ script, player, calls }): Played => {
    const met = (byAccount.get(player.accountId) ?? []).map(([, outcome]) => outcome);
    const faults = unexpected(met, []);
    return { script, anchor: player.anchor, calls: [...calls, ...wins(met).flat()], faults };
  });
}

const isLinear = ({ calls, anchor }: Played): boolean =>
  linearize(calls, balanceOf({ limit: LIMIT, anchor })) !== undefined;

/** What was answered, lest the histories agree about nothing. */
const answersIn = (played: readonly Played[]): ReadonlySet<string> =>
  new Set(
    played.flatMap(({ calls }) =>
      calls.map(({ answer }) => (answer.says === 'refused' ? answer.code : answer.says)),
    ),
  );

inEveryArena('what clients of one meter are told', (open, store) => {
  const size = SIZES[store];
  const settingsOf = (naive: boolean): PlayerSettings => {
    const pace: Pace = { from: NOON, sinceMs: monotonicMs(), speed: size.speed };
    return { granted, pace, naive };
  };

  it('is no history of one balance, when processes believe what they remember (the naive variant)', async () => {
    const settings = settingsOf(true);
    const ring: Ring = await open({ scenario, settings });
    const played = await playTogether(ring, settings, NAIVE.map(scriptOf));
    const whole = played.filter(({ faults }) => faults.length === 0);
    expect(whole.every(isLinear)).to.equal(false);
  });

  it(`is the history of one balance, ${size.histories} times`, async function () {
    this.timeout(600_000);
    const settings = settingsOf(false);
    const ring: Ring = await open({ scenario, settings });
    const played: Played[] = [];
    const all = scripts(size);
    for (let first = 0; first < all.length; first += size.atOnce)
      played.push(...(await playTogether(ring, settings, all.slice(first, first + size.atOnce))));
    expect(played.flatMap(({ faults }) => faults)).to.deep.equal([]);
    for (const each of played)
      if (!isLinear(each))
        throw new Error(`LINEAR_SEED=${each.script.seed} from ${each.anchor}:\n${told(each.calls)}`);
    const calls = played.reduce((sum, each) => sum + each.calls.length, 0);
    figure({ histories: played.length, calls });
    // Fewer have not met with everything.
    if (proving && asked === undefined)
      expect([...answersIn(played)]).to.include.members([
        ...['used', 'seen', 'reserved', 'ended', 'granted', 'limit-reached'],
        ...['closed', 'entitlements.reservation-expired', 'entitlements.commits-too-much'],
      ]);
  });
});
