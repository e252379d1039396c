/** The contexts of the hexagon: folders of src that own a part of the product. */
export const CONTEXTS = [
  'billing',
  'catalog',
  'entitlements',
  'identity',
  'notifications',
  'operations',
  'playback',
  'subscriptions',
] as const;

/**
 * Imports between contexts. There is one: a purchase settles its payment and its subscription in one
 * transaction. Another entry here is a decision: it needs an ADR.
 */
export const NEIGHBOURS: Readonly<Record<string, readonly string[]>> = {
  billing: ['src/subscriptions/index.ts'],
};

/** Files of src that stand outside the contexts and may know the faces of all. */
export const OUTSIDE_CONTEXTS = ['src/index.ts', 'src/reactions.ts'] as const;

/**
 * The folders of adapters, and the files or folders of their neighbours that each may import. What is not
 * listed here does not exist; `commands`, `composition`, `package` (the entry points of the package) and the files
 * beside the folders know them all, and nobody knows those. http gathers callers into batches, counts them by a prepared statement and names the refusal of an
 * absent database; persistence keeps the book of the simulated gateway, whose port is the gateway's own; providers of
 * payments and of media sign their webhooks alike.
 */
export const ADAPTERS: Readonly<Record<string, readonly string[]>> = {
  archive: [],
  clock: [],
  commands: ['adapters/'],
  composition: ['adapters/'],
  documents: [],
  email: [],
  http: [
    'adapters/persistence/group.ts',
    'adapters/persistence/knex/faults.ts',
    'adapters/persistence/knex/prepared.ts',
  ],
  jobs: ['adapters/clock/in-time.ts', 'adapters/persistence/knex/'],
  media: ['adapters/security/signed-webhooks.ts'],
  package: ['adapters/'],
  payments: ['adapters/clock/in-time.ts', 'adapters/security/signed-webhooks.ts'],
  persistence: ['adapters/payments/simulated-book.ts'],
  security: [],
};

/** Where each npm package may appear: a folder of adapters, or one file. A package that is not listed may not. */
export const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  '@node-rs/argon2': ['adapters/security/'],
  '@zxcvbn-ts/language-common': ['adapters/security/'],
  'better-sqlite3': ['adapters/persistence/'],
  cors: ['adapters/http/'],
  'dejavu-fonts-ttf': ['adapters/documents/'],
  express: ['adapters/http/'],
  'express-rate-limit': ['adapters/http/'],
  helmet: ['adapters/http/'],
  inversify: ['adapters/composition/'],
  jose: ['adapters/security/', 'adapters/media/remote/'],
  knex: ['adapters/persistence/'],
  nodemailer: ['adapters/email/'],
  passport: ['adapters/http/'],
  'passport-jwt': ['adapters/http/'],
  'passport-local': ['adapters/http/'],
  pdfkit: ['adapters/documents/'],
  pg: ['adapters/persistence/'],
  'pg-boss': ['adapters/jobs/'],
  pino: ['adapters/http/', 'adapters/composition/'],
  'prom-client': ['adapters/http/'],
  'reflect-metadata': ['adapters/composition/'],
  stripe: ['adapters/payments/stripe/'],
  'swagger-ui-express': ['adapters/http/'],
  zod: [
    'adapters/http/',
    'adapters/archive/archive-text.ts',
    'adapters/composition/environment.ts',
    'adapters/media/',
  ],
};

/** Where a package may appear beyond that as a type alone: in words, not in deeds. */
export const PACKAGE_TYPES: Readonly<Record<string, readonly string[]>> = {
  express: ['adapters/composition/'],
  jose: ['adapters/http/documents.ts'],
  knex: ['adapters/http/rate-limit-postgres.ts', 'adapters/jobs/pg-boss'],
  'pg-boss': ['adapters/composition/'],
};

/** Kernel files that fewer than three contexts import, and why they stand there all the same. */
export const KERNEL_EXCEPTIONS: Readonly<Record<string, string>> = {
  'src/kernel/index.ts':
    'The door for whoever embeds the package; inside, each file is imported by its name.',
  'src/kernel/recent.ts':
    'What is remembered is bounded: streams and verdicts of playback, statements and records of the adapters.',
};
