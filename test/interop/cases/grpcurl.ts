// grpcurl knows nothing of our protos: what it can call, it learned from reflection.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import { grpcurlCall, grpcurlLines } from '../grpcurl.ts';
import { onBothServers, startServer } from '../servers.ts';

const OWN_SERVICES = {
  device: ['syncline.device.v1.DeviceService'],
  datastore: ['data.DataServer', 'syncline.datastore.v1.DatastoreService'],
};

export const cases: readonly InteropCase[] = [
  ...onBothServers('grpcurl: every service is listed by reflection', ['grpcurl'], async (server, context) => {
    const listed = await grpcurlLines(context, server.address, 'list');
    for (const service of ['gnmi.gNMI', 'grpc.health.v1.Health', ...OWN_SERVICES[server.kind]]) {
      assert.ok(listed.includes(service), `${service} is not among ${listed.join(', ')}`);
    }
  }),

  ...onBothServers(
    'grpcurl: health is SERVING as a whole and per service',
    ['grpcurl'],
    async (server, context) => {
      for (const service of ['', 'gnmi.gNMI', ...OWN_SERVICES[server.kind]]) {
        const { status } = await grpcurlCall(context, server.address, 'grpc.health.v1.Health/Check', {
          service,
        });
        assert.equal(status, 'SERVING', service);
      }
    },
  ),

  ...onBothServers('grpcurl: gNMI Capabilities', ['grpcurl'], async (server, context) => {
    const { gNMIVersion, supportedEncodings } = await grpcurlCall(
      context,
      server.address,
      'gnmi.gNMI/Capabilities',
    );
    assert.equal(gNMIVersion, '0.10.0');
    assert.deepEqual([...(supportedEncodings as string[])].sort(), ['JSON', 'JSON_IETF', 'PROTO']);
  }),

  {
    name: 'grpcurl: data.DataServer ListDataStore, without credentials',
    needs: ['grpcurl'],
    async run(context) {
      const server = await startServer('datastore', context);
      const { datastores } = await grpcurlCall(context, server.address, 'data.DataServer/ListDataStore');
      assert.ok(Array.isArray(datastores) && datastores.length === 1, JSON.stringify(datastores));
      const [only] = datastores as [{ datastoreName: string; target: Record<string, unknown> }];
      assert.equal(only.datastoreName, 'r1');
      assert.equal(only.target['status'], 'CONNECTED');
      assert.equal(only.target['credentials'] ?? null, null);
    },
  },
];
