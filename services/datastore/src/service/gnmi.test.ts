import { Encoding, GetRequest_DataType } from '@syncline/proto/gnmi.ts';
import { ClientError, Status } from 'nice-grpc-common';
import { expect, test } from 'vitest';
import { pathOf, startNorthbound } from './world/northbound.ts';

const leaves = ['/system/state/uptime', '/interfaces/interface[name=eth0]/state/mtu'];

async function refusal(answer: Promise<unknown>): Promise<string> {
  const error: unknown = await answer.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ClientError)) throw new Error(`not refused: ${String(error)}`);
  return `${Status[error.code]}: ${error.details}`;
}

test('Capabilities tells version, encodings and the models of all datastores once', async () => {
  await using northbound = await startNorthbound(2);
  expect(await northbound.gnmi.capabilities({})).toEqual({
    gNMIVersion: '0.10.0',
    supportedEncodings: [Encoding.JSON, Encoding.JSON_IETF, Encoding.PROTO],
    supportedModels: [{ name: 'openconfig-system', organization: 'OpenConfig', version: '2' }],
    extension: [],
  });
});

test('Capabilities refuses the depth extension', async () => {
  await using northbound = await startNorthbound();
  const depth = { ext: { $case: 'depth', value: { level: 1 } } } as const;
  expect(await refusal(northbound.gnmi.capabilities({ extension: [depth] }))).toBe(
    'INVALID_ARGUMENT: extension.depth "1": Capabilities cannot carry it',
  );
});

test('Get answers one notification a path, with the target that was named', async () => {
  await using northbound = await startNorthbound();
  northbound.set(leaves, 18_446_744_073_709_551n);
  const { notification } = await northbound.gnmi.get({
    prefix: { target: 'r1' },
    path: leaves.map(pathOf),
    encoding: Encoding.PROTO,
    type: GetRequest_DataType.ALL,
  });
  expect(notification).toHaveLength(2);
  expect(notification.map(({ prefix }) => prefix?.target)).toEqual(['r1', 'r1']);
  expect(notification[0]?.update[0]?.val?.value).toEqual({ $case: 'intVal', value: 18_446_744_073_709_551n });
  expect(notification.every(({ timestamp }) => timestamp > 0n)).toBe(true);
});

test('Get accepts the name of a served model as origin', async () => {
  await using northbound = await startNorthbound();
  northbound.set(leaves, 1n);
  const path = [{ ...pathOf('/system'), origin: 'openconfig-system' }];
  const { notification } = await northbound.gnmi.get({ path, encoding: Encoding.PROTO });
  expect(notification[0]?.update).toHaveLength(1);
});

test('Get with target * answers for the datastores that hold something there', async () => {
  await using northbound = await startNorthbound(2);
  northbound.set(leaves, 1n);
  const { notification } = await northbound.gnmi.get({ prefix: { target: '*' }, path: [pathOf('/system')] });
  expect(notification.map(({ prefix }) => prefix?.target)).toEqual(['r1']);
  expect(await refusal(northbound.gnmi.get({ prefix: { target: '*' }, path: [pathOf('/nope')] }))).toMatch(
    /^NOT_FOUND: .*\/nope/,
  );
});

test('Get refuses what it cannot do with the field and the value', async () => {
  await using northbound = await startNorthbound();
  northbound.set(leaves, 1n);
  const { gnmi } = northbound;
  expect(await refusal(gnmi.get({ path: [pathOf('/nope')] }))).toMatch(/^NOT_FOUND: .*\/nope/);
  expect(await refusal(gnmi.get({ prefix: { target: 'r9' } }))).toBe(
    'NOT_FOUND: prefix.target "r9": there is no datastore of this name',
  );
  expect(await refusal(gnmi.get({ encoding: Encoding.ASCII }))).toBe(
    'UNIMPLEMENTED: encoding "ASCII": the encodings served are JSON, JSON_IETF, PROTO',
  );
  expect(await refusal(gnmi.get({ path: [{ elem: [{ name: '' }] }] }))).toBe(
    'INVALID_ARGUMENT: path[0].element: the name is empty',
  );
  expect(await refusal(gnmi.get({ prefix: { origin: 'a' }, path: [{ origin: 'b' }] }))).toMatch(
    /^INVALID_ARGUMENT: path\[0\].origin "b"/,
  );
});

test('Get says so when the answer would be too large', async () => {
  await using northbound = await startNorthbound();
  northbound.set(
    Array.from({ length: 10_000 }, (_, i) => `/burst/leaf[id=${i}]/value`),
    1n,
  );
  expect(await refusal(northbound.gnmi.get({ encoding: Encoding.PROTO }))).toMatch(/^RESOURCE_EXHAUSTED: /);
});

test('Set is UNIMPLEMENTED and says what to do instead', async () => {
  await using northbound = await startNorthbound();
  expect(await refusal(northbound.gnmi.set({ delete: [pathOf('/system')] }))).toBe(
    'UNIMPLEMENTED: Set: this datastore shows the running state of its device and does not change it; set it on the device itself',
  );
});
