import { expect } from 'chai';
import fc from 'fast-check';
import { DomainError } from '../../../src/kernel/domain-error.ts';
import type { Beat, Started } from '../../../src/playback/index.ts';
import { sized } from '../../races/race.ts';
import { openers } from '../../world/stores.ts';
import { film, person, playbackOn, standing } from '../../world/playback.ts';

const STREAMS = 4;
const NUMBERS = 9;
/** A position of its own for each report of each stream, in no order: 101 is prime. */
const positionOf = (stream: number, seq: number): number => 1 + (((stream * 10 + seq) * 37) % 101) * 30;

type Act =
  | { readonly kind: 'start' }
  | { readonly kind: 'pass'; readonly seconds: number }
  | { readonly kind: 'stop'; readonly stream: number }
  /** Reports that arrive together at one of two processes: late, twice, overtaken, of the dead. */
  | {
      readonly kind: 'reports';
      readonly process: number;
      readonly reports: readonly {
        readonly stream: number;
        readonly seq: number;
        readonly paused: boolean;
      }[];
    };

const stream = fc.integer({ min: 0, max: STREAMS - 1 });
const reports = fc.record({
  kind: fc.constant('reports' as const),
  process: fc.integer({ min: 0, max: 1 }),
  reports: fc.array(fc.record({ stream, seq: fc.integer({ min: 1, max: NUMBERS }), paused: fc.boolean() }), {
    minLength: 1,
    maxLength: 4,
  }),
});
const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 8, arbitrary: reports },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('start' as const) }) },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('pass' as const), seconds: fc.integer({ min: 0, max: 60 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stop' as const), stream }) },
);

/** The rule, said once more and for one title only: the newest stream that was heard, at its last report. */
class Told {
  readonly #heard: number[] = [];

  hear(of: number, seq: number): void {
    this.#heard[of] = Math.max(this.#heard[of] ?? 0, seq);
  }

  /** The stream that leads, and the number of its last report; undefined before anything was heard. */
  get last(): readonly [stream: number, seq: number] | undefined {
    const newest = this.#heard.findLastIndex((seq) => seq > 0);
    return newest < 0 ? undefined : [newest, this.#heard[newest] ?? 0];
  }
}

const isBefore = ([a, b]: readonly [number, number], [c, d]: readonly [number, number]): boolean =>
  a < c || (a === c && b < d);

describe('the position in a title, whatever order reports of its streams come in', () => {
  it('is where the newest stream that was heard reported last: no report ever moves it back behind that', async function () {
    this.timeout(120_000);
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 30 }), async (acts) => {
        const { unitOfWork } = await openers.memory();
        const setting = { everybody: standing({ maxDevices: -1 }) };
        const processes = [playbackOn(unitOfWork, setting), playbackOn(unitOfWork, setting)] as const;
        const viewer = person();
        const title = film();
        for (const each of processes) each.show(title);
        const [here, there] = processes;
        const started: Started[] = [];
        const told = new Told();
        const begin = async (): Promise<void> => {
          if (started.length === STREAMS) return;
          started.push(await here.start(viewer, title, { device: `device ${started.length}` }));
        };
        const speak = (of: number) => {
          const known = started[of];
          return known && { actor: viewer, token: null, streamId: known.stream.id };
        };
        await begin();
        for (const each of acts) {
          const before = told.last;
          if (each.kind === 'start') await begin();
          else if (each.kind === 'pass') for (const world of processes) world.pass(each.seconds);
          else if (each.kind === 'stop') {
            const speaker = speak(each.stream);
            if (speaker) await here.playback.stop({ ...speaker, positionSeconds: null });
          } else {
            const sent = each.reports.flatMap(({ stream: of, seq, paused }) => {
              const speaker = speak(of);
              const state: Beat['state'] = paused ? 'paused' : 'playing';
              return speaker ? [{ of, seq, ...speaker, positionSeconds: positionOf(of, seq), state }] : [];
            });
            const outcomes = await (each.process === 0 ? here : there).playback.recordBeats(sent);
            sent.forEach(({ of, seq }, index) => {
              if (!(outcomes[index] instanceof DomainError)) told.hear(of, seq);
            });
          }
          const [item] = await there.playback.recentlyWatched(viewer, 1);
          const last = told.last;
          expect(item?.positionSeconds).to.equal(last && positionOf(...last));
          expect(before !== undefined && last !== undefined && isBefore(last, before)).to.equal(false);
        }
      }),
      { numRuns: sized(3_000, 150) },
    );
  });
});
