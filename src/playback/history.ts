import { before, earlier, instant, type Instant } from '../kernel/instant.ts';
import { decodeCursor, pageOf, type Page } from '../kernel/page.ts';
import type { Archive } from './archive.ts';
import type { PlaybackDeps } from './deps.ts';
import type { PlaybackQuestions } from './face.ts';
import type { HistoryRequest, Reach } from './history-ports.ts';
import { spanOf, type Span } from './month.ts';
import { refusals } from './refusals.ts';
import { beholderOf, isLocked, itemOfViewing } from './shelf-item.ts';
import { newestFirst, viewingOfEntry, viewingOfStream, type Viewing } from './viewing.ts';

/** Archives that are looked up together; most pages need one or two. */
const LOOKED_UP = 50;
/** Look-ups of one page: a hundred thousand months and more. */
const MAX_LOOKUPS = 2_000;

/** What was watched, newest first: the database's part and the archives' as one list. */
export const history =
  (deps: PlaybackDeps): PlaybackQuestions['history'] =>
  async (actor, { month, ...request }) => {
    const within = month === null ? undefined : spanOf(month);
    if (month !== null && !within) throw refusals.badMonth();
    const page = await viewings(deps, actor.accountId, { ...request, within });
    const titles = await deps.titles.many([...new Set(page.items.map(({ titleId }) => titleId))]);
    const beholder = await beholderOf(deps.standings, actor);
    const item = (viewing: Viewing) =>
      itemOfViewing(viewing, isLocked(titles.get(viewing.titleId), beholder));
    return { items: page.items.map(item), nextCursor: page.nextCursor };
  };

async function viewings(
  deps: PlaybackDeps,
  accountId: string,
  request: HistoryRequest,
): Promise<Page<Viewing>> {
  const surplus = { ...request, limit: request.limit + 1 };
  const seen = new Newest(surplus.limit);
  const rows = await deps.unitOfWork.read(({ streams, watchLog }) =>
    Promise.all([streams.reportedOf(accountId, surplus), watchLog.of(accountId, surplus)]),
  );
  seen.add([...rows[0].items.map(viewingOfStream), ...rows[1].items.map(viewingOfEntry)]);
  // The archives last: what moves into one meanwhile is met twice, and counted once, never missed.
  await addArchived(deps, seen, { ...request, accountId });
  return pageOf(seen.list(), request.limit, ({ startedAt, id }) => ({ value: startedAt, id }));
}

/** Opens archives, newest first, until no further one can hold anything of this page. */
async function addArchived(
  deps: PlaybackDeps,
  seen: Newest,
  { accountId, ...request }: HistoryRequest & { readonly accountId: string },
): Promise<void> {
  const stretch = stretchOf(request);
  let cursor: string | undefined;
  for (let lookup = 0; lookup < MAX_LOOKUPS; lookup += 1) {
    const found = { ...reachOf(stretch), limit: LOOKED_UP, cursor };
    const page = await deps.unitOfWork.read(({ archives }) => archives.keptOf(accountId, found));
    for (const archive of page.items) {
      if (!seen.wants(archive.newestAt)) return;
      seen.add((await read(deps, archive)).filter((viewing) => asks(stretch, viewing)));
    }
    if (page.nextCursor === null) return;
    cursor = page.nextCursor;
  }
  throw new Error(`account ${accountId} has more archives than a page can look through`);
}

async function read(
  { archive: files, unitOfWork }: PlaybackDeps,
  archive: Archive,
): Promise<readonly Viewing[]> {
  const found = await files.get(archive);
  if (found) return found;
  // Erased since it was looked up. Or lost: then nobody may believe that there was nothing.
  if (await unitOfWork.read(({ archives }) => archives.find(archive.id)))
    throw new Error(`the file of archive ${archive.id} is missing`);
  return [];
}

type Place = Pick<Viewing, 'startedAt' | 'id'>;

/** Where a page begins: behind the cursor, within the span. */
interface Stretch {
  readonly behind: Place | undefined;
  readonly within: Span | undefined;
}

function stretchOf({ cursor, within }: HistoryRequest): Stretch {
  if (cursor === undefined) return { behind: undefined, within };
  const { value, id } = decodeCursor(cursor, 'number');
  return { behind: { startedAt: instant(Number(value)), id }, within };
}

/** Whether a page asks for a viewing, as the stores decide it for their rows. */
const asks = ({ behind, within }: Stretch, viewing: Viewing): boolean =>
  (!behind || newestFirst(viewing, behind) > 0) &&
  (!within || (viewing.startedAt >= within.from && viewing.startedAt < within.to));

function reachOf({ behind, within }: Stretch): Reach {
  const last = within ? before(within.to, 1) : null;
  const until = behind && last !== null ? earlier(behind.startedAt, last) : (behind?.startedAt ?? last);
  return { from: within?.from ?? null, until };
}

/** The newest viewings of all that were met, each once, in order. */
class Newest {
  readonly #most: number;
  #list: readonly Viewing[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  add(viewings: readonly Viewing[]): void {
    const byId = new Map([...this.#list, ...viewings].map((viewing) => [viewing.id, viewing]));
    this.#list = [...byId.values()].sort(newestFirst).slice(0, this.#most);
  }

  /** Whether something that began at `at` or before could still come in. */
  wants(at: Instant): boolean {
    const last = this.#list.at(-1);
    return this.#list.length < this.#most || last === undefined || at >= last.startedAt;
  }

  list(): readonly Viewing[] {
    return this.#list;
  }
}
