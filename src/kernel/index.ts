/**
 * The words that every context shares, behind one door for whoever embeds them. Inside, each is imported by its
 * file, so that a test can see who needs what; what only our own code needs (`recent.ts`) stays inside.
 */

export * from './access-level.ts';
export * from './actor.ts';
export * from './domain-error.ts';
export * from './due.ts';
export * from './ids.ts';
export * from './instant.ts';
export * from './money.ts';
export * from './not-found.ts';
export * from './once.ts';
export * from './outbox.ts';
export * from './page.ts';
export * from './state-machine.ts';
export * from './together.ts';
export * from './unit-of-work.ts';
