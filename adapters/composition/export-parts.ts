import type { Billing } from '../../src/billing/index.ts';
import type { ExportPart } from '../../src/identity/index.ts';
import type { Actor } from '../../src/kernel/actor.ts';
import type { Page, PageRequest } from '../../src/kernel/page.ts';
import type { Playback } from '../../src/playback/index.ts';
import type { Subscriptions } from '../../src/subscriptions/index.ts';

interface Faces {
  readonly subscriptions: Subscriptions;
  readonly billing: Billing;
  readonly playback: Playback;
}

const PAGE = 100;
/** Ten thousand rows of one kind: more than an account gathers, and an end all the same. */
const MAX_PAGES = 100;

/** What the other contexts hold of an account, for its export. */
export const exportParts = ({ subscriptions, billing, playback }: Faces): readonly ExportPart[] => [
  {
    name: 'subscriptions',
    export: (accountId) => everything((request) => subscriptions.history(accountId, request)),
  },
  {
    name: 'payments',
    export: (accountId) => everything((request) => billing.listPayments(ownerOf(accountId), request)),
  },
  {
    name: 'watch_history',
    export: (accountId) =>
      everything((request) => playback.history(ownerOf(accountId), { ...request, month: null })),
  },
];

/** The account itself asks: an export is nobody else's to make. */
const ownerOf = (accountId: string): Extract<Actor, { kind: 'account' }> => ({
  kind: 'account',
  accountId,
  sessionId: '',
  isAdmin: false,
});

async function everything<T>(load: (request: PageRequest) => Promise<Page<T>>): Promise<readonly T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await load({ limit: PAGE, cursor });
    all.push(...items);
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
  return all;
}
