// The entry of the store's thread.

import { serveStore } from '@syncline/sqlite/store-worker.ts';
import { storeFailpoints } from './failpoints.ts';
import type { StoreThreadOptions } from './open-proxy-store.ts';
import { ProxyStore } from './proxy-store.ts';

serveStore(({ failpoints, ...options }: StoreThreadOptions) => {
  const armed = storeFailpoints(failpoints);
  return new ProxyStore(options, (point) => armed.hit(point));
});
