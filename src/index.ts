/**
 * The core of Usher, as other teams embed it: what everybody needs by its name, each context in a space of its
 * own (a `Standing` of playback is not one of entitlements). `usher/<context>` is the same context alone.
 */
export * from './kernel/index.ts';
export * as billing from './billing/index.ts';
export * as catalog from './catalog/index.ts';
export * as entitlements from './entitlements/index.ts';
export * as identity from './identity/index.ts';
export * as notifications from './notifications/index.ts';
export * as operations from './operations/index.ts';
export * as playback from './playback/index.ts';
export * as subscriptions from './subscriptions/index.ts';
export * from './reactions.ts';
