/** The numbers of rules.md, 'Catalogue and media'; each can be set by configuration. */
export interface CatalogPolicy {
  /** Largest media file or trailer; admins are the only uploaders so far. */
  readonly mediaLimitBytes: number;
  readonly posterLimitBytes: number;
  /** An upload may take so long; after that it counts as interrupted. */
  readonly uploadHours: number;
  /** A replaced file stays readable so long, for those who are watching it. */
  readonly keepReplacedHours: number;
}

export const catalogPolicy: CatalogPolicy = {
  mediaLimitBytes: 5 * 1024 ** 3,
  posterLimitBytes: 5 * 1024 ** 2,
  uploadHours: 6,
  keepReplacedHours: 24,
};
