// The fields of a fault in a request. The first one that is wrong refuses the request.

import { encodingName } from '@syncline/gnmi/encoding.ts';
import { GnmiRequestError } from '@syncline/gnmi/request-error.ts';
import { Fault_PartialDump_Then as Then } from '@syncline/proto/device.ts';
import { Encoding } from '@syncline/proto/gnmi.ts';
import type { Duration } from '@syncline/proto/google/protobuf/duration.ts';
import { type AfterPartialDump, afterPartialDump } from '../fault.ts';
import { type Bounds, type FaultFields, longestMs } from '../fault-reader.ts';
import { fromDuration } from './duration.ts';

/** What follows a partial dump, on the wire. */
export const protoThen: Readonly<Record<AfterPartialDump, Then>> = {
  cut: Then.CUT,
  stall: Then.STALL,
  sync: Then.SYNC,
};

/** A proto field name as ts-proto has it. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Reads the fields of a message that ts-proto decoded: types are right, bounds and enums are to be checked. */
export class ProtoFaultFields implements FaultFields {
  readonly #at: string;
  readonly #message: Readonly<Record<string, unknown>>;

  /** `at` names the message in errors. */
  constructor(at: string, message: Readonly<Record<string, unknown>>) {
    this.#at = at;
    this.#message = message;
  }

  durationMs(name: string): number | undefined {
    const duration = this.#read(name) as Duration | undefined;
    if (duration === undefined) return undefined;
    const ms = fromDuration(duration);
    if (!(ms > 0 && ms <= longestMs))
      throw this.#refusal(name, `${ms} ms`, `expected more than 0 and up to ${longestMs} ms`);
    return ms;
  }

  whole(name: string, { min, max }: Bounds): number | undefined {
    const value = this.#read(name) as number;
    if (value === 0) return undefined;
    if (value < min || value > max) throw this.#refusal(name, String(value), `expected ${min} to ${max}`);
    return value;
  }

  nanoseconds(name: string): bigint | undefined {
    return this.#read(name) as bigint;
  }

  text(name: string): string | undefined {
    return (this.#read(name) as string) || undefined;
  }

  flag(name: string): boolean | undefined {
    return this.#read(name) as boolean;
  }

  afterPartialDump(name: string): AfterPartialDump | undefined {
    const then = this.#read(name) as Then;
    return afterPartialDump.find((word) => protoThen[word] === then);
  }

  encodings(name: string): readonly Encoding[] {
    const encodings = this.#read(name) as readonly Encoding[];
    const unknown = encodings.find((each) => each < 0 || !Object.values(Encoding).includes(each));
    if (unknown === undefined) return encodings;
    throw this.#refusal(name, encodingName(unknown), 'there is no such encoding');
  }

  missing(name: string): void {
    throw this.#refusal(name, '', 'must be given');
  }

  #read(name: string): unknown {
    return this.#message[camelCase(name)];
  }

  #refusal(name: string, value: string, reason: string): GnmiRequestError {
    return new GnmiRequestError('INVALID_ARGUMENT', `${this.#at}.${name}`, value, reason);
  }
}
