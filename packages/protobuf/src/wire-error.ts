/** Bytes that are not the protobuf message they should be, or one whose content cannot stand. */
export class WireError extends Error {
  override name = 'WireError';
  /** The field that is wrong, by its path from the message: `region.start_key`. */
  readonly field: string;

  constructor(field: string, problem: string, options?: ErrorOptions) {
    super(`${field}: ${problem}`, options);
    this.field = field;
  }
}
