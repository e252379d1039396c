import type { Act, Story } from './story.ts';

/** The last position that counts in a list of reports. */
function endOf(acts: readonly Act[]): { readonly state: 'started' | 'paused'; readonly position: number } {
  const [, what, position] = acts.filter((act) => act[1] === 'plays' || act[1] === 'pauses').at(-1) ?? [];
  return { state: what === 'pauses' ? 'paused' : 'started', position: Number(position ?? 0) };
}

/** PeerTube's view rule since 6.1, with the account in place of its session. */
export const VIEW_STORIES: readonly Story[] = (
  [
    ['is not viewed after 9.9 s', [['tv', 'plays', 9.9, { after: 9.9 }]], 0],
    ['is viewed after 10 s', [['tv', 'plays', 10, { after: 10 }]], 1],
    [
      'is viewed after ten seconds in pieces',
      [
        ['tv', 'plays', 5, { after: 5 }],
        ['tv', 'plays', 10, { after: 5 }],
      ],
      1,
    ],
    [
      'is not viewed by seeking: nobody watches faster than twice',
      [['tv', 'plays', 3_000, { after: 4.9 }]],
      0,
    ],
    [
      'is not viewed by standing still',
      [
        ['tv', 'pauses', 0],
        ['tv', 'pauses', 0],
        ['tv', 'pauses', 0],
      ],
      0,
    ],
    [
      'is viewed once by one account, on how many devices ever',
      [
        ['tv', 'plays', 30],
        ['tv', 'stops'],
        ['phone', 'starts'],
        ['phone', 'plays', 60],
        ['phone', 'stops'],
      ],
      1,
    ],
    [
      'is viewed again an hour later',
      [['tv', 'plays', 30], ['tv', 'stops'], ['waits an hour'], ['tv', 'starts'], ['tv', 'plays', 60]],
      2,
    ],
  ] as const satisfies readonly (readonly [string, readonly Act[], number])[]
).map(([it, acts, views]): Story => ({
  it: `${it} (PeerTube's view rule since 6.1: 10 s watched, once in an hour)`,
  acts: [['tv', 'starts'], ...acts],
  then: { ...endOf(acts), unfinished: endOf(acts).position >= 60, views },
}));
