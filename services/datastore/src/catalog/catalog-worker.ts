// The entry of the catalog's thread.

import { serveStore } from '@syncline/sqlite/store-worker.ts';
import { CatalogStore } from './catalog-store.ts';

serveStore((file: string) => new CatalogStore(file));
