// Why something cannot be done with a datastore. The service layer gives each its status.

/** There is no datastore of that name. */
export class UnknownDatastoreError extends Error {
  override name = 'UnknownDatastoreError';

  constructor(datastore: string) {
    super(`there is no datastore ${JSON.stringify(datastore)}`);
  }
}

/** The name is taken. */
export class DatastoreExistsError extends Error {
  override name = 'DatastoreExistsError';

  constructor(datastore: string) {
    super(`there is a datastore ${JSON.stringify(datastore)} already`);
  }
}

/** The datastore has no sync of that name. */
export class UnknownSyncError extends Error {
  override name = 'UnknownSyncError';

  constructor(datastore: string, sync: string, names: readonly string[]) {
    super(
      `datastore ${JSON.stringify(datastore)} has no sync ${JSON.stringify(sync)}; it has ${names.join(', ')}`,
    );
  }
}

/** The datastore is paused, so it has no sessions. */
export class DatastorePausedError extends Error {
  override name = 'DatastorePausedError';

  constructor(datastore: string) {
    super(`datastore ${JSON.stringify(datastore)} is paused; resume it first`);
  }
}

/** The datastore's store is not open at the moment. */
export class StoreClosedError extends Error {
  override name = 'StoreClosedError';

  constructor(datastore: string, why: string) {
    super(`the store of datastore ${JSON.stringify(datastore)} is being opened: ${why}`);
  }
}
