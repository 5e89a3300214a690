// The forms a setting can take. A form turns text into a value or says what is wrong with the text;
// defaults are written in the same text, so the help shows exactly what one could have typed.

/** One setting: its form, its default and what it is for. */
export interface Setting<Value> {
  /** How the value is written, for the help: `port`, `duration 1s..1h`. */
  readonly form: string;
  /** Used when the variable is unset or empty; undefined means that a value must be given. */
  readonly fallback: string | undefined;
  /** One sentence. */
  readonly doc: string;
  /** The variable, where it is not named after the setting's key and service. */
  readonly variable?: string;
  /** Do not repeat the value in errors. */
  readonly secret: boolean;
  /** What the number is counted in, unless it counts things. */
  readonly unit?: 'ms' | 'bytes';
  /** Throws RangeError saying what was expected. */
  readonly parse: (text: string) => Value;
}

type Form<Value> = Pick<Setting<Value>, 'form' | 'parse' | 'unit'>;

function withDefault<Value>(form: Form<Value>, fallback: string, doc: string): Setting<Value> {
  form.parse(fallback);
  return { ...form, fallback, doc, secret: false };
}

/** Bounds of a numeric setting, both included, in the form's own text. */
export interface Bounds {
  readonly min: string;
  readonly max: string;
}

/** A TCP port; 0 asks the system for a free one. */
export function port(fallback: number, doc: string): Setting<number> {
  return withDefault(bounded('port', { min: '0', max: '65535' }, wholeNumber), String(fallback), doc);
}

/** A whole number within bounds. */
export function integer(fallback: number, bounds: Bounds, doc: string): Setting<number> {
  return withDefault(bounded('integer', bounds, wholeNumber), String(fallback), doc);
}

/** A span of time with its unit, `250ms`, `5s`, `10m`, `1h`; the value is in milliseconds. */
export function duration(fallback: string, bounds: Bounds, doc: string): Setting<number> {
  const read = (text: string) => scaled(text, durationUnits, 'a duration such as 250ms or 5s');
  return withDefault({ ...bounded('duration', bounds, read), unit: 'ms' }, fallback, doc);
}

/** A size with its unit, `512B`, `64KiB`, `4MiB`, `1GiB`; the value is in bytes. */
export function bytes(fallback: string, bounds: Bounds, doc: string): Setting<number> {
  const read = (text: string) => scaled(text, byteUnits, 'a size such as 64KiB or 4MiB');
  return withDefault({ ...bounded('size', bounds, read), unit: 'bytes' }, fallback, doc);
}

/** `true` or `false`. */
export function flag(fallback: boolean, doc: string): Setting<boolean> {
  const { parse, ...words } = choice(['true', 'false'], fallback ? 'true' : 'false', doc);
  return { ...words, parse: (text) => parse(text) === 'true' };
}

/** One of a few words. */
export function choice<const Word extends string>(
  words: readonly Word[],
  fallback: Word,
  doc: string,
): Setting<Word> {
  const parse = (text: string) => {
    const word = words.find((each) => each === text);
    if (word === undefined) throw new RangeError(`expected one of ${words.join(', ')}`);
    return word;
  };
  return withDefault({ form: words.join('|'), parse }, fallback, doc);
}

/** Any text. */
export function text(fallback: string, doc: string): Setting<string> {
  return withDefault(anyText('text'), fallback, doc);
}

/** Where a server is: `nsp:7778`, `10.0.0.1:7778` or `[2001:db8::1]:7778`; the value is the text as it was given. */
export function address(fallback: string, doc: string): Setting<string> {
  const parse = (given: string) => {
    if (isHostAndPort(given)) return given;
    throw new RangeError('expected host:port such as 10.0.0.1:7778 or [2001:db8::1]:7778');
  };
  // A default is read with the settings only: what optional() and required() pass for one is no address.
  return { form: 'host:port', fallback, doc, secret: false, parse };
}

/** Whether `text` is an address as above: a name or an address, that of IPv6 in brackets, and a port other than 0. */
export function isHostAndPort(text: string): boolean {
  const [, port] = /^(?:\[[0-9A-Fa-f:.]+\]|[^\s:/[\]]+):(\d{1,5})$/.exec(text) ?? [];
  return Number(port) >= 1 && Number(port) <= 65_535;
}

/** The path of a file or folder; a relative one starts where the process was started. */
export function path(fallback: string, doc: string): Setting<string> {
  return withDefault(anyText('path'), fallback, doc);
}

/** `setting` without a default: undefined when it is not given. */
export function optional<Value>(setting: (fallback: string, doc: string) => Setting<Value>, doc: string) {
  const { parse, ...rest } = setting('-', doc);
  const unset: Setting<Value | undefined> = {
    ...rest,
    fallback: '',
    parse: (given) => (given === '' ? undefined : parse(given)),
  };
  return unset;
}

/** `setting` that must be given. */
export function required<Value>(setting: (fallback: string, doc: string) => Setting<Value>, doc: string) {
  const must: Setting<Value> = { ...setting('-', doc), fallback: undefined };
  return must;
}

/** `setting` read from a variable that several services share, such as `SYNCLINE_DATA`. */
export function shared<Value>(variable: string, setting: Setting<Value>): Setting<Value> {
  return { ...setting, variable };
}

/** A password or token: optional text that no error repeats. */
export function secret(doc: string): Setting<string | undefined> {
  return { ...optional(text, doc), form: 'secret', secret: true };
}

const durationUnits = { ms: 1, s: 1e3, m: 60e3, h: 3600e3 };
const byteUnits = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

function anyText(form: string): Form<string> {
  return { form, parse: (given) => given };
}

function wholeNumber(given: string): number {
  if (!/^-?\d{1,15}$/.test(given)) throw new RangeError('expected a whole number');
  return Number(given);
}

function scaled(given: string, units: Readonly<Record<string, number>>, expected: string): number {
  const [, digits, unit] = /^(\d{1,12})([A-Za-z]+)$/.exec(given) ?? [];
  const scale = unit === undefined ? undefined : units[unit];
  if (digits === undefined || scale === undefined) throw new RangeError(`expected ${expected}`);
  return Number(digits) * scale;
}

function bounded(name: string, { min, max }: Bounds, parse: (given: string) => number): Form<number> {
  const form = `${name} ${min}..${max}`;
  const lowest = parse(min);
  const highest = parse(max);
  return {
    form,
    parse(given) {
      const value = parse(given);
      if (value < lowest || value > highest) throw new RangeError(`expected ${form}`);
      return value;
    },
  };
}
