import { after, HOUR } from '../kernel/instant.ts';
import type { Asset } from './asset.ts';
import { changeTitle } from './change-title.ts';
import type { CatalogDeps } from './deps.ts';
import { assetReady } from './events.ts';
import type { CatalogStores } from './ports.ts';
import { removeAsset } from './remove-asset.ts';
import { serve, servingAsset, withDuration, type Title } from './title.ts';

/** Puts a ready asset in the place of the one that served so far, whose files stay a while for their viewers. */
export async function letServe(deps: CatalogDeps, stores: CatalogStores, ready: Asset): Promise<void> {
  const { clock, ids, policy } = deps;
  const now = clock.now();
  const title = await stores.titles.find(ready.titleId);
  if (!title) return;
  const oldId = servingAsset(title, ready.kind);
  const old = oldId === null ? undefined : await stores.assets.find(oldId);
  if (old) await removeAsset(stores, old, after(now, policy.keepReplacedHours * HOUR));
  const rule = (each: Title): Title => withDuration(serve(each, ready.kind, ready.id), ready);
  await changeTitle(stores, title, { rule, context: { now, ids } });
  await stores.outbox.add([assetReady(ready, { ids, at: now })]);
}
