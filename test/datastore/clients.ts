// Clients of what a datastore serves to its operator.

import { DataServerDefinition } from '@syncline/proto/data.ts';
import { DatastoreServiceDefinition } from '@syncline/proto/datastore.ts';
import type { DatastoreUnderTest } from '../datastore-under-test.ts';

/** A client of data.DataServer. */
export function dataServer({ connection }: DatastoreUnderTest) {
  return connection.client(DataServerDefinition);
}

/** A client of syncline.datastore.v1.DatastoreService. */
export function admin({ connection }: DatastoreUnderTest) {
  return connection.client(DatastoreServiceDefinition);
}
