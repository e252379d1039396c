import { setTimeout as pause } from 'node:timers/promises';
import { eventually } from '../world/eventually.ts';
import { chanceOf } from '../races/race.ts';
import { readBook } from './book.ts';
import { Buyer, type Load } from './buyers.ts';
import type { Evidence, Shown } from './checker.ts';
import type { Ground } from './ground.ts';
import { JournalWriter } from './journal.ts';
import { stage } from './staging.ts';
import type { UsherProcess } from './usher-process.ts';

export type Blow = (usher: UsherProcess) => Promise<UsherProcess>;

export interface SiegePlan {
  readonly ground: Ground;
  readonly buyers: number;
  readonly seed: number;
  /** What is done to the product under load, one after another; each gives back what serves from then on. */
  readonly blows: readonly Blow[];
}

const DELIVERED_MS = 60_000;

/** Load, blow, again; then everything is brought to its end, and the evidence is gathered. */
export async function besiege(plan: SiegePlan): Promise<Evidence> {
  const { ground, seed } = plan;
  const chance = chanceOf(seed);
  const journal = new JournalWriter();
  const offer = await stage(ground);
  let usher = await ground.serve();
  const buyers: Buyer[] = [];
  for (const blow of plan.blows) {
    const ready = buyers.filter(({ isFull }) => !isFull).slice(-plan.buyers);
    const { base } = usher;
    const fresh = await Promise.all(
      Array.from({ length: plan.buyers - ready.length }, () =>
        Buyer.arrive(base, { journal, offer, chance }),
      ),
    );
    buyers.push(...fresh);
    usher = await underLoad([...ready, ...fresh], chance, () => blow(usher));
    for (const buyer of buyers) buyer.moveTo(usher.base);
  }
  // In small companies: each may have to wait until what was interrupted counts as such.
  for (let first = 0; first < buyers.length; first += 20)
    await Promise.all(buyers.slice(first, first + 20).map((buyer) => buyer.finish()));
  await delivered(ground);
  return { journal, book: await readBook(ground), shown: await shownTo(buyers) };
}

async function underLoad<R>(
  buyers: readonly Buyer[],
  chance: () => number,
  blow: () => Promise<R>,
): Promise<R> {
  const load: Load = { stopped: false };
  const living = Promise.all(buyers.map((buyer) => buyer.live(load)));
  await pause(200 + chance() * 1_300);
  const result = await blow().finally(() => (load.stopped = true));
  await living;
  return result;
}

/** What is owed is delivered by itself: nobody calls for it. What never is shows in the evidence. */
async function delivered(ground: Ground): Promise<void> {
  const isDelivered = async (): Promise<boolean> => {
    const { owed } = await readBook(ground);
    if (owed.length > 0) await pause(300);
    return owed.length === 0;
  };
  await eventually('every delivery is made', isDelivered, DELIVERED_MS);
}

async function shownTo(buyers: readonly Buyer[]): Promise<readonly Shown[]> {
  const shown: Shown[] = [];
  for (const { client, accountId } of buyers) {
    const payments = new Map<string, string>();
    let cursor = '';
    do {
      const page = await client.get(
        `/payments/my?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const items = page.body['items'] as unknown as readonly { id: string; status: string }[];
      for (const { id, status } of items) payments.set(id, status);
      cursor = (page.body['next_cursor'] as string | null | undefined) ?? '';
    } while (cursor !== '');
    const mine = await client.get('/subscriptions/my');
    shown.push({ accountId, payments, endsAt: mine.body['ends_at'] as string | null });
  }
  return shown;
}
