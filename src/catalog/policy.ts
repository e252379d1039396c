/** The numbers of rules.md, 'Catalogue and media'; each can be set by configuration. */
export interface CatalogPolicy {
  /** Largest media file or trailer; admins are the only uploaders so far. */
  readonly mediaLimitBytes: number;
  readonly posterLimitBytes: number;
  /** An upload may take so long; after that it counts as interrupted. */
  readonly uploadHours: number;
  /** A resumable upload is kept so long after something of it came. */
  readonly resumableUploadHours: number;
  /** Making a file of a resumable upload that is whole may take so long; after that a sweep does it. */
  readonly finishingMinutes: number;
  /** So often a writer of a resumable upload may fall silent and another one take its place. */
  readonly uploadPieces: number;
  /** So many resumable uploads of one account may be open: what came of each lies on the disk for a day. */
  readonly openUploads: number;
  /** A replaced file stays readable so long, for those who are watching it. */
  readonly keepReplacedHours: number;
  /** A link to an uploaded file is good for so long. */
  readonly sourceLinkHours: number;
  /** Whoever packages says so often enough that it is alive; after so long another takes over. */
  readonly packagingLeaseSeconds: number;
  /** So often packaging is tried; between two tries lies a wait, each four times the one before it. */
  readonly packagingAttempts: number;
  readonly packagingRetrySeconds: number;
  /** A media provider is first asked after so long what became of an upload, in case its news was lost. */
  readonly providerAskMinutes: number;
  /** What is still not ready there after so long has failed. */
  readonly providerHours: number;
  /** A removal that the provider did not take is tried again after so long. */
  readonly providerRetryMinutes: number;
}

export const catalogPolicy: CatalogPolicy = {
  mediaLimitBytes: 5 * 1024 ** 3,
  posterLimitBytes: 5 * 1024 ** 2,
  uploadHours: 6,
  resumableUploadHours: 24,
  finishingMinutes: 10,
  uploadPieces: 100,
  openUploads: 20,
  keepReplacedHours: 24,
  sourceLinkHours: 1,
  packagingLeaseSeconds: 60,
  packagingAttempts: 3,
  packagingRetrySeconds: 60,
  providerAskMinutes: 5,
  providerHours: 24,
  providerRetryMinutes: 5,
};
