import { onceRefusals } from '../../src/kernel/once.ts';
import { busy } from '../../src/kernel/unit-of-work.ts';
import { refusals as billing } from '../../src/billing/refusals.ts';
import { refusals as catalog } from '../../src/catalog/refusals.ts';
import { refusals as entitlements } from '../../src/entitlements/refusals.ts';
import { refusals as identity } from '../../src/identity/refusals.ts';
import { refusals as operations } from '../../src/operations/refusals.ts';
import { refusals as playback } from '../../src/playback/refusals.ts';
import { refusals as subscriptions } from '../../src/subscriptions/refusals.ts';
import type { RefusalKind } from '../../src/kernel/domain-error.ts';
import { storeUnavailable } from '../persistence/knex/faults.ts';
import { edgeRefusals, HTTP_CODES } from './edge-refusals.ts';
import { STATUS_OF } from './problems.ts';

/** Every refusal of the product by where it is declared. */
const declared: readonly { readonly code: string; readonly kind: RefusalKind }[] = [
  ...[
    onceRefusals,
    edgeRefusals,
    billing,
    catalog,
    entitlements,
    identity,
    operations,
    playback,
    subscriptions,
  ].flatMap((refusals) => Object.values(refusals)),
  busy,
  storeUnavailable,
];

const statuses: ReadonlyMap<string, number> = new Map([
  ...Object.entries(HTTP_CODES),
  ...declared.map(({ code, kind }) => [code, STATUS_OF[kind]] as const),
]);

/** Every code that a caller may meet, with its status, by name. */
export const allCodes = (): readonly (readonly [code: string, status: number])[] =>
  [...statuses].sort(([a], [b]) => (a < b ? -1 : 1));

/** The status that a code is answered with; undefined for a code that nobody declares. */
export const statusOfCode = (code: string): number | undefined => statuses.get(code);
