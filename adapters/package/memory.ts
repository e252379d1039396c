/** `usher/memory`: the whole product in memory, and what it is made of. */
export { seedDemo } from '../composition/demo.ts';
export { composeInMemory } from '../composition/in-memory.ts';
export * as keys from '../composition/keys.ts';
export { instead, type Override } from '../composition/override.ts';
export type { Token } from '../composition/token.ts';
export type { Usher } from '../composition/usher.ts';
export { createRecordedMailer, type RecordedMailer } from '../email/recorded.ts';
export type { Faces } from '../http/faces.ts';
export type { AllStores } from '../persistence/all-stores.ts';
export { memoryStores } from '../persistence/memory/stores/all.ts';
export { DraftTable, type TableDefinition } from '../persistence/memory/table.ts';
export {
  MemoryDatabase,
  MemoryUnitOfWork,
  type MemoryTransaction,
} from '../persistence/memory/unit-of-work.ts';
