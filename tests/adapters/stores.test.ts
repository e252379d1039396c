import { contracts } from '../contracts/inventory.ts';
import { onEveryStore } from '../world/stores.ts';

onEveryStore('the stores', (open) => {
  for (const [port, contract] of Object.entries(contracts)) {
    describe(port, () => contract(open));
  }
});
