// What is wrong with settings that are fine one by one, told with the names that an operator has typed.

import type { Setting } from '../setting-types.ts';
import { type SettingsSpec, type SettingsTable, type ValuesOf, variableOf } from '../settings.ts';

type KeyOf<Table extends SettingsTable> = keyof Table & string;

/** The settings that are numbers. */
type NumberOf<Table extends SettingsTable> = {
  [Key in KeyOf<Table>]: ReturnType<Table[Key]['parse']> extends number ? Key : never;
}[KeyOf<Table>];

/** Collects the contradictions in the values of a table. */
export class Contradictions<Table extends SettingsTable> {
  readonly #service: string;
  readonly #table: Readonly<Record<KeyOf<Table>, Setting<unknown>>>;
  readonly #values: ValuesOf<Table>;
  readonly #found: string[] = [];

  constructor({ service, table }: SettingsSpec<Table>, values: ValuesOf<Table>) {
    this.#service = service;
    this.#table = table;
    this.#values = values;
  }

  /** One line each, in the order of the checks. */
  get found(): readonly string[] {
    return this.#found;
  }

  /** The variable of a setting, for a problem of another kind. */
  variable(key: KeyOf<Table>): string {
    return variableOf(this.#service, key, this.#table[key]);
  }

  /** Notes a problem of another kind. */
  add(problem: string): void {
    this.#found.push(problem);
  }

  /** `low` must not be above `high`. */
  ordered(low: NumberOf<Table>, high: NumberOf<Table>): void {
    if (Number(this.#values[low]) <= Number(this.#values[high])) return;
    const [less, more] = [this.#value(low), this.#value(high)];
    this.add(`${this.variable(low)} is above ${this.variable(high)}: ${less} and ${more}`);
  }

  /** Both are given or neither is. */
  together(a: KeyOf<Table>, b: KeyOf<Table>): void {
    if ((this.#values[a] === undefined) !== (this.#values[b] === undefined))
      this.add(`${this.variable(a)} and ${this.variable(b)} need each other`);
  }

  /** `dependent` is of no use without `other`. */
  needs(dependent: KeyOf<Table>, other: KeyOf<Table>): void {
    if (this.#values[dependent] !== undefined && this.#values[other] === undefined)
      this.add(`${this.variable(dependent)} needs ${this.variable(other)}`);
  }

  #value(key: NumberOf<Table>): string {
    const { unit } = this.#table[key];
    return `${String(this.#values[key])}${unit === undefined ? '' : ` ${unit}`}`;
  }
}
