// pdpb.PD: what is served of it, but for the two streams of high rate, RegionHeartbeat and SyncRegions, which are
// handlers of their own.

import { PDDefinition } from '@syncline/proto/pdpb.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { reportBuckets } from './pd-buckets.ts';
import {
  allocID,
  bootstrap,
  getClusterConfig,
  getClusterInfo,
  getMembers,
  isBootstrapped,
} from './pd-cluster.ts';
import type { PdParts } from './pd-parts.ts';
import { batchScanRegions, getPrevRegion, getRegion, getRegionByID, scanRegions } from './pd-reads.ts';
import { getAllStores, getStore, putStore, reportMinResolvedTS, storeHeartbeat } from './pd-stores.ts';
import { answered } from './status-of-error.ts';

/** Everything serve() needs for pdpb.PD, but for regionHeartbeat and syncRegions. */
export function pdBinding(parts: PdParts): Binding {
  return implement<typeof definition, 'regionHeartbeat' | 'syncRegions'>(definition, {
    getMembers: () => answered(() => getMembers(parts)),
    getClusterInfo: () => answered(() => getClusterInfo(parts)),
    bootstrap: (request, { signal }) => answered(() => bootstrap(request, parts, signal)),
    isBootstrapped: (request) => answered(() => isBootstrapped(request, parts)),
    allocID: (request) => answered(() => allocID(request, parts)),
    getClusterConfig: (request) => answered(() => getClusterConfig(request, parts)),
    putStore: (request) => answered(() => putStore(request, parts)),
    getStore: (request) => answered(() => getStore(request, parts)),
    getAllStores: (request) => answered(() => getAllStores(request, parts)),
    storeHeartbeat: (request) => answered(() => storeHeartbeat(request, parts)),
    reportMinResolvedTS: (request) => answered(() => reportMinResolvedTS(request, parts)),
    reportBuckets: (requests) => answered(() => reportBuckets(requests, parts)),
    getRegion: (request, context) => answered(() => getRegion(request, parts, context)),
    getPrevRegion: (request, context) => answered(() => getPrevRegion(request, parts, context)),
    getRegionByID: (request, context) => answered(() => getRegionByID(request, parts, context)),
    scanRegions: (request, context) => answered(() => scanRegions(request, parts, context)),
    batchScanRegions: (request, context) => answered(() => batchScanRegions(request, parts, context)),
  });
}

/** Region reads write their answers themselves. */
const written = {
  encode: (bytes: Uint8Array) => ({ finish: () => bytes }),
  decode: (bytes: Uint8Array) => bytes,
};

const definition = {
  ...PDDefinition,
  methods: {
    ...PDDefinition.methods,
    getRegion: { ...PDDefinition.methods.getRegion, responseType: written },
    getPrevRegion: { ...PDDefinition.methods.getPrevRegion, responseType: written },
    getRegionByID: { ...PDDefinition.methods.getRegionByID, responseType: written },
    scanRegions: { ...PDDefinition.methods.scanRegions, responseType: written },
    batchScanRegions: { ...PDDefinition.methods.batchScanRegions, responseType: written },
  },
} as const;
