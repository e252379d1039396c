import type { Act, Story } from './story.ts';
import { VIEW_STORIES } from './view-stories.ts';

export const HOUR_LONG = { durationSeconds: 3_600 };

/**
 * What people asked of the players they have, as stories with an end. The threads are on GitHub, by the
 * repository's name; `jellyfin` is jellyfin/jellyfin.
 */
export const STORIES: readonly Story[] = [
  {
    it: 'stays completed when it is started again (jellyfin#10984: the watched mark goes by starting)',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 3_500],
      ['tv', 'stops'],
      ['tv', 'starts'],
    ],
    then: { state: 'completed', position: 3_500, unfinished: false, resumes: 0 },
  },
  {
    it: 'stays completed half-way through a second time, and goes on from there (jellyfin#15761)',
    acts: [
      ...([
        ['tv', 'starts'],
        ['tv', 'plays', 3_500],
        ['tv', 'stops'],
      ] as const),
      ...([
        ['tv', 'starts'],
        ['tv', 'plays', 1_200],
        ['tv', 'stops'],
      ] as const),
    ],
    then: { state: 'completed', position: 1_200, unfinished: false },
  },
  {
    it: 'stays completed after a glimpse of its beginning (jellyfin#7535: ten seconds take the mark away)',
    acts: [
      ...([
        ['tv', 'starts'],
        ['tv', 'plays', 3_500],
        ['tv', 'stops'],
      ] as const),
      ...([
        ['tv', 'starts'],
        ['tv', 'plays', 10],
        ['tv', 'stops'],
      ] as const),
    ],
    then: { state: 'completed', position: 10, unfinished: false },
  },
  {
    it: 'leaves the row with the report that completes it, while it is playing (jellyfin#12054: watched, and still there; jellyfin-desktop#864, litefin#371: stale rows)',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 1_800],
      ['tv', 'plays', 3_241],
    ],
    then: { state: 'completed', position: 3_241, unfinished: false, resumes: 0 },
  },
  {
    it: 'is completed where its credits begin, long before its end (jellyfin#12054)',
    of: { creditsStartSeconds: 3_000 },
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 2_000],
      ['tv', 'plays', 3_000],
      ['tv', 'stops'],
    ],
    then: { state: 'completed', position: 3_000, unfinished: false, resumes: 0 },
  },
  {
    it: 'is not completed before its credits, however little is left',
    of: { creditsStartSeconds: 3_590 },
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 3_585],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 3_585, unfinished: true },
  },
  {
    it: 'is hidden by a dismissal, which keeps the position (jellyfin-web PR#7601, Jellyfin-Enhanced#268)',
    acts: [['tv', 'starts'], ['tv', 'plays', 1_800], ['tv', 'stops'], ['dismisses']],
    then: { state: 'started', position: 1_800, unfinished: false },
  },
  {
    it: 'comes back with the next play after a dismissal (jellyfin-web PR#7601, litefin#286)',
    acts: [['tv', 'starts'], ['tv', 'plays', 1_800], ['tv', 'stops'], ['dismisses'], ['phone', 'starts']],
    then: { state: 'started', position: 1_800, unfinished: true },
  },
  {
    it: 'is not brought back by the playing that was going on when it was dismissed',
    acts: [['tv', 'starts'], ['tv', 'plays', 1_800], ['dismisses'], ['tv', 'plays', 1_830], ['tv', 'stops']],
    then: { state: 'started', position: 1_830, unfinished: false },
  },
  {
    it: 'is not in the row after a glimpse (Wholphin, discussion 1155)',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 59.9],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 59.9, unfinished: false },
  },
  {
    it: 'of four minutes is not over after a tenth (Jellyfin: shorter than five minutes counts as watched)',
    of: { durationSeconds: 240 },
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 24],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 24, unfinished: true },
  },
  {
    it: 'of unknown length is never over by itself (Jellyfin: an unknown length counts as watched)',
    of: { durationSeconds: null },
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 50_000],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 50_000, unfinished: true },
  },
  {
    it: 'is not set back by an older device that wakes up late (NuvioTV PR#2130)',
    acts: [
      ...([
        ['tv', 'starts'],
        ['tv', 'plays', 300],
        ['phone', 'starts'],
        ['phone', 'plays', 900],
      ] as const),
      ...([
        ['phone', 'stops'],
        ['tv', 'plays', 330],
        ['tv', 'stops', 340],
      ] as const),
    ],
    then: { state: 'started', position: 900, unfinished: true },
  },
  {
    it: 'stays with the newer of two devices that report at the same instant (OpenTubeX PR#1483: ping-pong)',
    acts: [
      ['tv', 'starts'],
      ['phone', 'starts'],
      ...([1, 2, 3, 4] as const).flatMap((turn): readonly Act[] => [
        ['phone', 'plays', 100 * turn],
        ['tv', 'plays', 2_000 + 100 * turn, { after: 0 }],
      ]),
    ],
    then: { state: 'started', position: 400, unfinished: true },
  },
  {
    it: 'goes back when its own viewer goes back: that is no race',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 1_800],
      ['tv', 'plays', 700],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 700, unfinished: true },
  },
  {
    it: 'ignores what comes late or twice (NuvioTV#1194)',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 600, { seq: 5 }],
      ['tv', 'plays', 300, { seq: 4 }],
      ['tv', 'pauses', 200, { seq: 5 }],
    ],
    then: { state: 'started', position: 600, unfinished: true },
  },
  {
    it: 'is kept when nobody says where it stopped (NuvioTV#3225: absence taken for deletion)',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 1_800],
      ['tv', 'stops'],
    ],
    then: { state: 'started', position: 1_800, unfinished: true },
  },
  {
    it: 'is kept when the device dies, and what it says afterwards is not heard',
    acts: [['tv', 'starts'], ['tv', 'plays', 1_800], ['falls silent'], ['tv', 'plays', 2_000]],
    then: { state: 'started', position: 1_800, unfinished: true },
  },
  {
    it: 'is kept through a pause that costs the seat',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 1_800],
      ...Array.from({ length: 62 }, (): Act => ['tv', 'pauses', 1_800]),
    ],
    then: { state: 'paused', position: 1_800, unfinished: true },
  },
  {
    it: 'ends at its end, wherever a player says it is',
    acts: [
      ['tv', 'starts'],
      ['tv', 'plays', 1_000_000],
      ['tv', 'stops'],
    ],
    then: { state: 'completed', position: 3_600, unfinished: false, resumes: 0 },
  },
  ...VIEW_STORIES,
];
