import { after, instant, SECOND, type Instant } from '../kernel/instant.ts';
import { failed, finished, type Asset } from './asset.ts';
import type { CatalogPolicy } from './policy.ts';
import type { MeasuredPackage } from './ports.ts';

/** Why packaging ended without a package. They answer no request, so they are no refusals. */
export const UNREADABLE = 'catalog.media-unreadable';
export const PACKAGING_FAILED = 'catalog.packaging-failed';

export interface Attempt {
  readonly now: Instant;
  readonly policy: CatalogPolicy;
}

const leaseEnd = ({ now, policy }: Attempt): Instant => after(now, policy.packagingLeaseSeconds * SECOND);

const next = (asset: Asset, changes: Partial<Asset>): Asset => ({
  ...asset,
  ...changes,
  version: asset.version + 1,
});

/** The asset as one that waits to be packaged, at once. */
export const awaitingPackage = (asset: Asset): Asset => ({ ...asset, packageAt: instant(0) });

/** Begun too often: the packager of the last attempt died before it could say how that went. */
export const isExhausted = ({ attempts }: Asset, policy: CatalogPolicy): boolean =>
  attempts >= policy.packagingAttempts;

/** Taken by one who packages, into a folder of this attempt's own, so that a straggler spoils nothing. */
export const claimed = (asset: Asset, attempt: Attempt): Asset =>
  next(asset, {
    attempts: asset.attempts + 1,
    packageKey: `${asset.id}-${asset.version}`,
    packageAt: leaseEnd(attempt),
    progress: asset.status === 'processing' ? 0 : asset.progress,
  });

/** Still at it: the lease runs anew. What serves meanwhile stays at 100 per cent. */
export const reported = (asset: Asset, progress: number, attempt: Attempt): Asset =>
  next(asset, {
    packageAt: leaseEnd(attempt),
    progress:
      asset.status === 'processing' ? Math.min(99, Math.max(0, Math.floor(progress))) : asset.progress,
  });

/** The package is whole and in its place: from now on it serves. */
export function packaged(asset: Asset, measured: MeasuredPackage, now: Instant): Asset {
  const whole = { ...asset, ...measured, packageAt: null, failure: null };
  return whole.status === 'processing' ? finished(whole, now) : next(whole, {});
}

/** Given back by one who had to stop: the attempt does not count, and another may begin at once. */
export const givenBack = (asset: Asset): Asset =>
  next(asset, { attempts: asset.attempts - 1, packageAt: instant(0) });

/** After an attempt that broke down, and was not the last: tried again after a wait. */
export function attemptFailed(asset: Asset, { now, policy }: Attempt): Asset {
  const wait = policy.packagingRetrySeconds * 4 ** (asset.attempts - 1);
  return next(asset, { packageAt: after(now, wait * SECOND) });
}

/** Whether we keep the uploaded file: once it has arrived here, and unless nobody will ever see anything of it. */
export const keepsSource = ({ sha256, status, failure, remote }: Asset): boolean =>
  remote === null && sha256 !== null && !(status === 'failed' && failure === UNREADABLE);

/** Never to be packaged. A file that serves as it is goes on serving. */
export function givenUp(asset: Asset, failure: string): Asset {
  const ended = { ...asset, packageAt: null };
  return ended.status === 'processing' ? failed(ended, failure) : next(ended, { failure });
}
