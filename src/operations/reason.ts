/** Mail servers quote the recipient in their errors: rows of failures would outlive a deleted account. */
export const withoutAddresses = (text: string): string =>
  text.replace(/[^\s<>"',;:()]+@[^\s<>"',;:()]+/g, '(address)');

/** An error in one line, for the eyes of an admin. */
export const reasonOf = (error: unknown): string =>
  withoutAddresses(error instanceof Error ? `${error.name}: ${error.message}` : String(error));
