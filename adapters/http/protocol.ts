import type { IncomingMessage } from 'node:http';
import { HttpRefusal } from './problems.ts';

/**
 * A protocol on top of HTTP. Callers say in a header which version of it they speak, and every answer says it, too:
 * refusals of the edge as well.
 */
export interface Protocol {
  readonly name: string;
  readonly versionHeader: string;
  readonly version: string;
  /** What OPTIONS tells of it, and whoever speaks another version. */
  readonly offers: Readonly<Record<string, string>>;
}

/** Refuses whoever does not say that they speak it. */
export function refuseUnspoken(
  { name, versionHeader, version, offers }: Protocol,
  { headers }: Pick<IncomingMessage, 'headers'>,
): void {
  if (headers[versionHeader.toLowerCase()] === version) return;
  throw new HttpRefusal(
    412,
    'request.protocol-version',
    `This path speaks ${name} ${version}: say so in ${versionHeader}.`,
    { headers: offers },
  );
}

/** What answers carry, as names and values in turn. */
export function headOf(
  { versionHeader, version, offers }: Protocol,
  method: string | undefined,
): readonly string[] {
  const own = [versionHeader, version];
  return method === 'OPTIONS' ? [...own, ...Object.entries(offers).flat()] : own;
}
