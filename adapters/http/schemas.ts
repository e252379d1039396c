import { z } from 'zod';
import { fromRfc3339, toRfc3339, type Instant } from '../../src/kernel/instant.ts';
import type { Page, PageRequest } from '../../src/kernel/page.ts';

/** Wire forms that many routes share. */

export const IdParam = z.object({ id: z.string().meta({ description: 'Opaque id.' }) });

/** An account that is named by somebody else. Which there are, the domain knows. */
export const AccountId = z.string().max(64);

/** As long as the name of a feature may be; which there are, the domain knows. */
export const FeatureName = z.string().max(60);

/** A document instead of JSON. */
export const Bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

/** `?limit=` (1–100, default 20) and `?cursor=`. */
export const PageQuery = z.object({
  limit: z.coerce.number().int().min(1).max(100).default(20),
  cursor: z.string().max(1_024).optional(),
});

export const pageRequest = ({ limit, cursor }: z.output<typeof PageQuery>): PageRequest => ({
  limit,
  cursor,
});

export const ListOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next_cursor: z.string().nullable() });

export const listOf = <T, V>(
  page: Page<T>,
  view: (item: T) => V,
): { items: V[]; next_cursor: string | null } => ({
  items: page.items.map(view),
  next_cursor: page.nextCursor,
});

/** RFC 3339 in, an instant out. */
export const InstantText = z
  .string()
  .max(40)
  .transform((text, context): Instant => {
    const at = fromRfc3339(text);
    if (at !== undefined) return at;
    context.addIssue({ code: 'custom', message: 'must be a time in RFC 3339, such as 2026-01-31T12:00:00Z' });
    return z.NEVER;
  });

export const Time = z.string().meta({ format: 'date-time', description: 'RFC 3339, UTC, milliseconds.' });
export const timeOf = (at: Instant | null): string | null => (at === null ? null : toRfc3339(at));

export const Decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .meta({ description: 'Money as a decimal string beside its currency.' });
export const Currency = z
  .string()
  .regex(/^[A-Z]{3}$/)
  .meta({ description: 'ISO 4217.' });
