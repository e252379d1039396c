import { entitlementContracts } from 'usher/contracts';
import { openStores } from './your-own-store.ts';

entitlementContracts(async () => openStores());
