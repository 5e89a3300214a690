// A registry of targets that writes the whole list to every watcher after every Register, on grpc-js alone: no check, no
// disk, no bound.

import type {
  ServerUnaryCall,
  ServerWritableStream,
  sendUnaryData,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type Target, TargetResponse } from '@syncline/proto/nsp-targetregistry.ts';

type Watcher = ServerWritableStream<Target, Uint8Array>;

/** The handlers; responses are encoded already. */
export function plainRegistry(): UntypedServiceImplementation {
  const targets = new Map<string, Target>();
  const watchers = new Set<Watcher>();
  const list = () => TargetResponse.encode({ targets: [...targets.values()] }).finish();
  return {
    register({ request }: ServerUnaryCall<Target, Uint8Array>, done: sendUnaryData<Uint8Array>) {
      targets.set(request.ips.join(), request);
      const bytes = list();
      for (const watcher of watchers) watcher.write(bytes);
      done(null, new Uint8Array());
    },
    watch(watcher: Watcher) {
      watchers.add(watcher);
      watcher.once('cancelled', () => watchers.delete(watcher));
      watcher.write(list());
    },
  };
}
