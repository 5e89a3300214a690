// networkservice.NetworkService.

import { NetworkServiceDefinition } from '@syncline/proto/networkservice.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import type { Proxy } from '../proxy.ts';
import { readClose, readRequest } from '../wire/request.ts';
import { answered } from './status-of-error.ts';

export function networkServiceBinding(proxy: Proxy): Binding {
  const { requests, closes } = proxy.counts;
  return implement(NetworkServiceDefinition, {
    request: (request, { signal }) =>
      answered(requests, async () => {
        const asked = readRequest(request);
        return proxy.request(asked.networkService, asked, signal);
      }),
    close: (connection, { signal }) =>
      answered(closes, async () => {
        const { networkService, id } = readClose(connection);
        await proxy.close(networkService, id, signal);
        return {};
      }),
  });
}
