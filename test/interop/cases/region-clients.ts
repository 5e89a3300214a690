// Clients of our region leader that are no followers: one that only counts what a stream carries, and grpcurl, which
// knows nothing of our protos.

import assert from 'node:assert/strict';
import type { InteropCase } from '../case.ts';
import type { CaseContext } from '../context.ts';
import { grpcurlCall, grpcurlLines } from '../grpcurl.ts';
import { RegionLeader } from '../region/leader.ts';
import { RegionMember } from '../region/member.ts';

/** What raw-reader prints; see pd/raw-reader/count.go. */
interface Counted {
  readonly frames: number;
  readonly bytes: number;
  readonly regions: number;
  readonly next: number;
}

async function rawRead(
  context: CaseContext,
  { address, clusterId }: RegionLeader,
  flags: Readonly<Record<string, number>>,
): Promise<Counted> {
  const { code, stdout, stderr } = await context.run('raw-reader', [
    `-address=${address}`,
    `-cluster=${clusterId}`,
    '-timeout=20s',
    ...Object.entries(flags).map(([name, value]) => `-${name}=${value}`),
  ]);
  assert.equal(code, 0, stderr);
  const { frames, bytes, regions, next } = JSON.parse(stdout) as Counted;
  return { frames, bytes, regions, next };
}

const services = ['pdpb.PD', 'syncline.region.v1.RegionService', 'grpc.health.v1.Health'];

export const cases: readonly InteropCase[] = [
  {
    name: 'raw-reader: our leader sends frames that decode, and an empty one when all is sent',
    needs: ['raw-reader'],
    async run(context) {
      const leader = await RegionLeader.start(context);
      const { regions, index } = await leader.held();

      const snapshot = await rawRead(context, leader, { index: 0 });
      assert.deepEqual([snapshot.regions, snapshot.next], [regions, index]);
      assert.ok(snapshot.frames > 10, `${regions} regions and the end in ${snapshot.frames} frames`);
      const each = snapshot.bytes / regions;
      assert.ok(each >= 194 && each <= 200, `${each} bytes a region`);

      const replay = await rawRead(context, leader, { index: index - 2_500, regions: 2_500 });
      assert.deepEqual([replay.regions, replay.next, replay.frames >= 3], [2_500, index, true]);

      const { bytes: _, ...inSync } = await rawRead(context, leader, { index });
      assert.deepEqual(inSync, { frames: 1, regions: 0, next: index });
      context.note(`${regions} regions in ${snapshot.frames} frames, ${each.toFixed(1)} bytes each`);
    },
  },
  {
    name: 'grpcurl: the region syncer lists and describes its services by reflection, and answers',
    needs: ['grpcurl'],
    async run(context) {
      const leader = await RegionMember.start(context, { ROLE: 'leader' });
      const { clusterId } = await leader.becomes('the leader leading', ({ ready }) => ready);
      const { address } = leader;

      const listed = await grpcurlLines(context, address, 'list');
      for (const service of services)
        assert.ok(listed.includes(service), `${service} is not among ${listed.join(', ')}`);
      const described = (await grpcurlLines(context, address, 'describe', 'pdpb.PD.SyncRegions')).join('\n');
      assert.match(described, /rpc SyncRegions \( stream \.pdpb\.SyncRegionRequest \)/);
      assert.match(described, /returns \( stream \.pdpb\.SyncRegionResponse \)/);
      for (const service of services) await grpcurlLines(context, address, 'describe', service);

      for (const service of ['', 'pdpb.PD', 'syncline.region.v1.RegionService']) {
        const { status } = await grpcurlCall(context, address, 'grpc.health.v1.Health/Check', { service });
        assert.equal(status, 'SERVING', service);
      }
      const { header } = await grpcurlCall(context, address, 'pdpb.PD/GetMembers');
      assert.deepEqual(header, { clusterId: String(clusterId), error: null });
      const { status } = await grpcurlCall(context, address, 'syncline.region.v1.RegionService/Status');
      const { role, phase, ready } = status as Readonly<Record<string, unknown>>;
      assert.deepEqual([role, phase, ready], ['ROLE_LEADER', 'PHASE_SERVING', true]);
    },
  },
];
