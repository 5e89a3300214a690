// data.DataServer, as far as a device's state goes: datastores come, are shown and go. The configuration side
// (intents, transactions, deviations, blame) answers UNIMPLEMENTED.

import {
  CreateDataStoreRequest,
  DataServerDefinition,
  type GetDataStoreResponse,
  TargetStatus,
} from '@syncline/proto/data.ts';
import { SchemaStatus } from '@syncline/proto/schema.ts';
import { type Binding, implement } from '@syncline/rpc/binding.ts';
import { invalidField } from '@syncline/rpc/invalid-field.ts';
import { ServerError, Status } from 'nice-grpc-common';
import type { Datastore } from '../catalog/datastore.ts';
import type { Datastores } from '../catalog/datastores.ts';
import { type RequestBounds, readCreateRequest } from './create-request.ts';
import { isConnected } from './session-status.ts';
import { answered } from './status-of-error.ts';

/** Everything serve() needs for data.DataServer. */
export function dataServerBinding(datastores: Datastores, bounds: RequestBounds): Binding {
  return implement(DataServerDefinition, {
    listDataStore: () => answered(() => ({ datastores: datastores.list().map(shown) })),
    getDataStore: ({ datastoreName }) =>
      answered(() => shown(datastores.get(required('datastore_name', datastoreName)))),
    createDataStore: (request) =>
      answered(async () => {
        const config = readCreateRequest(request, bounds);
        await datastores.create(config, CreateDataStoreRequest.encode(request).finish());
        return {};
      }),
    deleteDataStore: ({ name }) =>
      answered(async () => {
        await datastores.delete(required('name', name));
        return {};
      }),
    transactionSet: () => answered(() => notServed('TransactionSet')),
    transactionConfirm: () => answered(() => notServed('TransactionConfirm')),
    transactionCancel: () => answered(() => notServed('TransactionCancel')),
    listIntent: () => answered(() => notServed('ListIntent')),
    getIntent: () => answered(() => notServed('GetIntent')),
    blameConfig: () => answered(() => notServed('BlameConfig')),
    watchDeviations: () => notServed('WatchDeviations'),
  });
}

function shown(datastore: Datastore): GetDataStoreResponse {
  const { name, schema, target } = datastore.config;
  const sessions = datastore.sessions();
  const details = sessions
    .filter(({ view }) => view.state.detail !== '')
    .map(({ name: sync, view }) => `${sync}: ${view.state.detail}`);
  return {
    datastoreName: name,
    intents: [],
    schema: schema && { ...schema, status: SchemaStatus.OK },
    target: {
      type: 'gnmi',
      address: target.address,
      port: target.port,
      tls: undefined,
      credentials: undefined,
      protocolOptions: undefined,
      status: isConnected(sessions) ? TargetStatus.CONNECTED : TargetStatus.NOT_CONNECTED,
      statusDetails: details.join('; '),
    },
  };
}

function required(field: string, value: string): string {
  if (value === '') throw invalidField(field, 'it is required');
  return value;
}

function notServed(method: string): never {
  throw new ServerError(
    Status.UNIMPLEMENTED,
    `${method}: this datastore follows its device's state; intents and transactions are not served yet`,
  );
}
