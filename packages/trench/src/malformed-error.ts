// The one error of this package: some text is not what it should be.

/** Texts that are longer are shown cut: an error is no place for a megabyte of somebody's mistake. */
const shownLength = 100;

/** A text that breaks a rule: `field` says what it was to be, `value` what it is, `reason` why that will not do. */
export class MalformedError extends Error {
  override name = 'MalformedError';
  readonly field: string;
  readonly value: string;
  readonly reason: string;

  constructor(field: string, value: string, reason: string) {
    const shown = value.length <= shownLength ? value : `${value.slice(0, shownLength)}…`;
    super(`${field} ${JSON.stringify(shown)}: ${reason}`);
    this.field = field;
    this.value = value;
    this.reason = reason;
  }
}
