// The entry of the store's thread.

import { serveStore } from '@syncline/sqlite/store-worker.ts';
import { storeFailpoints } from './failpoints.ts';
import { NspStore } from './nsp-store.ts';
import type { StoreThreadOptions } from './open-nsp-store.ts';

serveStore(({ failpoints, ...options }: StoreThreadOptions) => {
  const armed = storeFailpoints(failpoints);
  return new NspStore(options, (point) => armed.hit(point));
});
