// What `make up` starts, in this order; it is stopped in the reverse order. A further service is one line.

/** One service of the table. */
export interface UpService {
  /** The folder under services/, and the infix of its settings: SYNCLINE_<NAME>_PORT. */
  readonly name: string;
}

export const services: readonly UpService[] = [{ name: 'device' }, { name: 'datastore' }];
