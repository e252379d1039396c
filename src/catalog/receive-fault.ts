import type { DomainError } from '../kernel/domain-error.ts';
import type { ReceiveFault } from './storage-ports.ts';
import { refusals } from './refusals.ts';

/** The refusal that a fault of an arriving file is. */
export function refusalOf(
  fault: ReceiveFault,
  { limit, accept }: { readonly limit: number; readonly accept: readonly string[] },
): DomainError {
  switch (fault) {
    case 'too-large':
      return refusals.uploadTooLarge(limit);
    case 'unsupported':
      return refusals.unsupportedMedia(accept);
    case 'truncated':
      return refusals.uploadTruncated();
    case 'storage-full':
      return refusals.storageFull();
  }
}
