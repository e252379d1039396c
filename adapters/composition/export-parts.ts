import type { Billing } from '../../src/billing/index.ts';
import type { Entitlements } from '../../src/entitlements/index.ts';
import type { ExportPart } from '../../src/identity/index.ts';
import type { AccountActor } from '../../src/kernel/actor.ts';
import type { Page, PageRequest } from '../../src/kernel/page.ts';
import type { Playback } from '../../src/playback/index.ts';
import type { Subscriptions } from '../../src/subscriptions/index.ts';
import { paymentView } from '../http/views/billing.ts';
import { balanceView, invoiceView } from '../http/views/invoices.ts';
import { grantView, usageView } from '../http/views/entitlements.ts';
import { activityView } from '../http/views/playback.ts';
import { historyEntryView } from '../http/views/subscriptions.ts';

interface Faces {
  readonly subscriptions: Subscriptions;
  readonly billing: Billing;
  readonly playback: Playback;
  readonly entitlements: Entitlements;
}

const PAGE = 100;
/** A hundred thousand rows of one kind: more than a life of watching gathers, and an end all the same. */
const MAX_PAGES = 1_000;

/** What the other contexts hold of an account, for its export, as the REST contract shows it. */
export const exportParts = ({
  subscriptions,
  billing,
  playback,
  entitlements,
}: Faces): readonly ExportPart[] => [
  {
    name: 'subscriptions',
    export: (accountId) =>
      everything((request) => subscriptions.history(accountId, request), historyEntryView),
  },
  {
    name: 'payments',
    export: (accountId) =>
      everything((request) => billing.listPayments(ownerOf(accountId), request), paymentView),
  },
  {
    name: 'invoices',
    export: (accountId) =>
      everything((request) => billing.listInvoices(ownerOf(accountId), request), invoiceView),
  },
  {
    name: 'balance',
    export: async (accountId) => (await billing.balancesOf(ownerOf(accountId))).map(balanceView),
  },
  {
    name: 'usage',
    export: async (accountId) => (await entitlements.usage(accountId)).map(usageView),
  },
  {
    name: 'grants',
    export: async (accountId) => (await entitlements.grantsOf(accountId)).map(grantView),
  },
  {
    name: 'watch_history',
    export: (accountId) =>
      everything(
        (request) => playback.history(ownerOf(accountId), { ...request, month: null }),
        activityView,
      ),
  },
];

/** The account itself asks: an export is nobody else's to make. */
const ownerOf = (accountId: string): AccountActor => ({
  kind: 'account',
  accountId,
  sessionId: '',
  isAdmin: false,
});

async function everything<T, V>(
  load: (request: PageRequest) => Promise<Page<T>>,
  view: (item: T) => V,
): Promise<readonly V[]> {
  const all: V[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const { items, nextCursor } = await load({ limit: PAGE, cursor });
    all.push(...items.map(view));
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
  return all;
}
