// Values and paths as text.

import { type JsonValue, printJson } from '@syncline/gnmi/json.ts';
import { absolutePath, toProto } from '@syncline/gnmi/path-proto.ts';
import { PathSyntaxError, parsePath, printPath } from '@syncline/gnmi/path-text.ts';
import { toJson } from '@syncline/gnmi/value-json.ts';
import type { Path, TypedValue } from '@syncline/proto/gnmi.ts';
import { InvalidArgumentError } from 'commander';

/** A value as plain JSON with exact numbers; null when there is none. */
export function valueJson(value: TypedValue | undefined): JsonValue {
  return value?.value === undefined ? null : toJson(value.value, 'json');
}

/** A value for people: strings as they are, everything else as JSON. */
export function valueText(value: TypedValue | undefined): string {
  const json = valueJson(value);
  return typeof json === 'string' ? json : Buffer.from(printJson(json)).toString();
}

/** The text of a path under a prefix, without target. */
export function pathText(prefix: Path | undefined, path: Path | undefined): string {
  return printPath(absolutePath(prefix, path));
}

/** Reads a path argument into the list of those read before. Throws InvalidArgumentError. */
export function readPaths(text: string, before: readonly Path[] = []): readonly Path[] {
  try {
    return [...before, toProto(parsePath(text))];
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw new InvalidArgumentError(error.message);
  }
}

/** The time of a notification, in the local zone with milliseconds. */
export function timeText(timestampNs: bigint): string {
  const date = new Date(Number(timestampNs / 1_000_000n));
  const two = (part: number) => String(part).padStart(2, '0');
  const ms = String(date.getMilliseconds()).padStart(3, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${ms}`;
}

/** A moment in nanoseconds since 1970 as ISO text; `never` for 0. */
export function momentText(ns: bigint): string {
  return ns === 0n ? 'never' : new Date(Number(ns / 1_000_000n)).toISOString();
}
