// Ways for a device to misbehave, as they are typed: a name and fields as name=value.

import { type Fault, Fault_PartialDump_Then } from '@syncline/proto/device.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import { readDuration } from './duration.ts';
import { UsageError } from './failure.ts';

type Kind = NonNullable<Fault['kind']>;
type Duration = { seconds: bigint; nanos: number };

/** The fields of one fault; reading marks them as known. */
class Fields {
  readonly #given: Map<string, string>;

  constructor(fields: readonly string[]) {
    this.#given = new Map(
      fields.map((field) => {
        const [name = '', ...value] = field.split('=');
        if (name === '' || value.length === 0) throw new UsageError(`${field}: expected name=value`);
        return [name, value.join('=')];
      }),
    );
  }

  /** Throws UsageError for a field that nothing has read. */
  end(fault: string): void {
    const [unknown] = this.#given.keys();
    if (unknown !== undefined) throw new UsageError(`${unknown}: the fault ${fault} has no such field`);
  }

  text(name: string): string {
    const text = this.#given.get(name) ?? '';
    this.#given.delete(name);
    return text;
  }

  whole(name: string): number {
    const text = this.text(name);
    if (!/^\d{0,10}$/.test(text)) throw new UsageError(`${name} "${text}": expected a whole number`);
    return Number(text);
  }

  duration(name: string): Duration | undefined {
    const text = this.text(name);
    if (text === '') return undefined;
    const ms = readDuration(text);
    return { seconds: BigInt(Math.floor(ms / 1_000)), nanos: (ms % 1_000) * 1_000_000 };
  }

  flag(name: string): boolean {
    const text = this.text(name);
    if (!['', 'true', 'false'].includes(text))
      throw new UsageError(`${name} "${text}": expected true or false`);
    return text === 'true';
  }

  nanoseconds(name: string): bigint {
    const text = this.text(name);
    if (!/^-?\d{0,18}$/.test(text)) throw new UsageError(`${name} "${text}": expected nanoseconds`);
    return BigInt(text);
  }

  word<Value>(name: string, words: Readonly<Record<string, Value>>): Value {
    const text = this.text(name);
    const value = words[text];
    if (value !== undefined) return value;
    throw new UsageError(`${name} "${text}": expected one of ${Object.keys(words).join(', ')}`);
  }
}

const after = {
  cut: Fault_PartialDump_Then.CUT,
  stall: Fault_PartialDump_Then.STALL,
  sync: Fault_PartialDump_Then.SYNC,
};

const encodings = {
  json: Encoding.JSON,
  bytes: Encoding.BYTES,
  proto: Encoding.PROTO,
  ascii: Encoding.ASCII,
  json_ietf: Encoding.JSON_IETF,
};

const status = (fields: Fields) => ({ code: fields.whole('code'), text: fields.text('text') });

const faults: Readonly<Record<string, { readonly fields: string; read(fields: Fields): Kind }>> = {
  stall: {
    fields: 'duration=5s',
    read: (fields) => ({ $case: 'stall', value: { duration: fields.duration('duration') } }),
  },
  cut: { fields: 'code=14 text=...', read: (fields) => ({ $case: 'cut', value: status(fields) }) },
  'half-close': { fields: '', read: () => ({ $case: 'halfClose', value: {} }) },
  delay: {
    fields: 'each=50ms',
    read: (fields) => ({ $case: 'delay', value: { each: fields.duration('each') } }),
  },
  'withhold-sync': { fields: '', read: () => ({ $case: 'withholdSync', value: {} }) },
  'repeat-sync': { fields: '', read: () => ({ $case: 'repeatSync', value: {} }) },
  'partial-dump': {
    fields: 'leaves=10 then=cut|stall|sync',
    read: (fields) => ({
      $case: 'partialDump',
      value: { leaves: fields.whole('leaves'), then: fields.word('then', after) },
    }),
  },
  'hang-set': { fields: '', read: () => ({ $case: 'hangSet', value: {} }) },
  'reject-set': {
    fields: 'code=10 text=...',
    read: (fields) => ({ $case: 'rejectSet', value: status(fields) }),
  },
  flap: {
    fields: 'every=1s times=10',
    read: (fields) => ({
      $case: 'flap',
      value: { every: fields.duration('every'), times: fields.whole('times') },
    }),
  },
  burst: {
    fields: 'leaves=1000 updates=100000 per-notification=10',
    read: (fields) => ({
      $case: 'burst',
      value: {
        leaves: fields.whole('leaves'),
        updates: fields.whole('updates'),
        perNotification: fields.whole('per-notification'),
      },
    }),
  },
  'skew-timestamps': {
    fields: 'offset=-3600000000000 alternate=true',
    read: (fields) => ({
      $case: 'skewTimestamps',
      value: { offset: fields.nanoseconds('offset'), alternate: fields.flag('alternate') },
    }),
  },
  'unknown-path': { fields: '', read: () => ({ $case: 'unknownPath', value: {} }) },
  'wrong-type': { fields: '', read: () => ({ $case: 'wrongType', value: {} }) },
  'huge-notification': {
    fields: 'bytes=20971520',
    read: (fields) => ({ $case: 'hugeNotification', value: { bytes: fields.whole('bytes') } }),
  },
  'reject-subscribe': {
    fields: 'code=3 text=...',
    read: (fields) => ({ $case: 'rejectSubscribe', value: status(fields) }),
  },
  'advertise-encodings': {
    fields: 'encoding=json|json_ietf|proto|ascii|bytes',
    read: (fields) => ({
      $case: 'advertiseEncodings',
      value: { encodings: [fields.word('encoding', encodings)] },
    }),
  },
  'hang-capabilities': { fields: '', read: () => ({ $case: 'hangCapabilities', value: {} }) },
};

/** Every fault with its fields, for the help. */
export const faultHelp = Object.entries(faults)
  .map(([name, { fields }]) => `  ${name.padEnd(20)}${fields}`.trimEnd())
  .join('\n');

/** The names of the faults. */
export const faultNames = Object.keys(faults);

/** Reads a fault. Throws UsageError. */
export function readFault(name: string, given: readonly string[]): Fault {
  const fault = faults[name];
  if (fault === undefined) throw new UsageError(`"${name}" is no fault; there are ${faultNames.join(', ')}`);
  const fields = new Fields(given);
  const kind = fault.read(fields);
  fields.end(name);
  return { kind };
}
