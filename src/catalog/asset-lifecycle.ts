import type { Machine } from '../kernel/state-machine.ts';

export const ASSET_STATUSES = ['uploading', 'processing', 'ready', 'failed'] as const;
export type AssetStatus = (typeof ASSET_STATUSES)[number];

export type AssetTrigger = 'receive' | 'finish' | 'fail';

/** A replaced asset has no state of its own: its row goes, and its file follows after a while. */
export const assetLifecycle: Machine<AssetStatus, AssetTrigger> = {
  name: 'asset',
  initial: ['uploading'],
  table: {
    uploading: { receive: 'processing', fail: 'failed' },
    processing: { finish: 'ready', fail: 'failed' },
    ready: {},
    failed: {},
  },
};
