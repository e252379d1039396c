import { z } from 'zod';
import { instant } from '../../src/kernel/instant.ts';
import type { ArchivePlace, Viewing } from '../../src/playback/index.ts';

const FORMAT = 1;

const Head = z.object({
  format: z.literal(FORMAT),
  id: z.string(),
  accountId: z.string(),
  month: z.string(),
  viewings: z.number().int(),
});

const time = z.number().int().transform(instant);

const Line: z.ZodType<Viewing> = z.strictObject({
  id: z.string(),
  titleId: z.string(),
  title: z.string(),
  state: z.enum(['started', 'paused', 'completed']),
  positionSeconds: z.number(),
  durationSeconds: z.number().nullable(),
  watchedSeconds: z.number().nullable(),
  startedAt: time,
  lastWatchedAt: time,
});

/** An archive as lines of JSON: the first says what it is, so that a file is readable without its database. */
export function archiveText({ id, accountId, month }: ArchivePlace, viewings: readonly Viewing[]): string {
  const head: z.input<typeof Head> = { format: FORMAT, id, accountId, month, viewings: viewings.length };
  return [head, ...viewings].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/** The viewings of an archive's text. Throws when it is of another archive, of another format or not whole. */
export function archivedViewings(place: ArchivePlace, text: string): readonly Viewing[] {
  const [first = '', ...lines] = text.split('\n').slice(0, -1);
  const head = Head.parse(JSON.parse(first));
  const isOf = head.id === place.id && head.accountId === place.accountId && head.month === place.month;
  if (!isOf || head.viewings !== lines.length) throw new Error(`archive ${place.id} holds something else`);
  return lines.map((line) => Line.parse(JSON.parse(line)));
}
