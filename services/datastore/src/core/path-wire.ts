// gnmi.Path in bytes. The canonical form names a leaf: no prefix, no target, the origin first and only when it is
// not the default one, keys sorted. Most devices send exactly that, so a path is checked before it is decoded.
import { isUtf8 } from 'node:buffer';
import { canonicalOrigin, type Path, type PathElem, PathError, pathElem } from '@syncline/gnmi/path.ts';
import { PathSyntaxError, parseElem } from '@syncline/gnmi/path-text.ts';
import { Cursor } from '@syncline/protobuf/cursor.ts';
import { varintSize } from '@syncline/protobuf/varint-size.ts';
import { WireError } from '@syncline/protobuf/wire-error.ts';
import { Writer } from './writer.ts';

const pathField = { element: 0x0a, origin: 0x12, elem: 0x1a, target: 0x22 } as const;
const elemField = { name: 0x0a, key: 0x12 } as const;
const entryField = { key: 0x0a, value: 0x12 } as const;

/** In the tree a foreign origin is the first element: this byte, which begins no PathElem, then its name. */
export const originMark = 0xff;

/** Where the elements of a path lie in its bytes: element i is [start[i], stop[i]). Used again for every path. */
export class ElemRanges {
  count = 0;
  readonly start: number[] = [];
  readonly stop: number[] = [];
}

const outer = new Cursor();
const inner = new Cursor();
const entry = new Cursor();

/**
 * True when buf[start, end) is a canonical path of the default origin without wildcards; `ranges` then tells its
 * elements. False means "decode it", not "it is wrong".
 */
export function scanCanonical(buf: Uint8Array, start: number, end: number, ranges: ElemRanges): boolean {
  ranges.count = 0;
  outer.over(buf, start, end);
  while (outer.more()) {
    if (!takeField(outer, pathField.elem) || !scanElem(buf, outer.start, outer.stop)) return false;
    ranges.start[ranges.count] = outer.start;
    ranges.stop[ranges.count++] = outer.stop;
  }
  return true;
}

function scanElem(buf: Uint8Array, start: number, end: number): boolean {
  inner.over(buf, start, end);
  if (!inner.more() || !takeField(inner, elemField.name)) return false;
  if (inner.start === inner.stop || buf[inner.start] === 0x2a || buf[inner.start] === 0x2e) return false;
  if (!isAscii(buf, inner.start, inner.stop)) return false;
  let keys = 0;
  while (inner.more()) {
    // Two keys or more may be out of order: those are decoded once, and known by their bytes from then on.
    if (!takeField(inner, elemField.key) || keys++ > 0) return false;
    entry.over(buf, inner.start, inner.stop);
    if (!entry.more() || !takeField(entry, entryField.key)) return false;
    if (entry.start === entry.stop || !isAscii(buf, entry.start, entry.stop)) return false;
    if (!entry.more() || !takeField(entry, entryField.value)) return false;
    if (entry.more() || !isAscii(buf, entry.start, entry.stop)) return false;
    if (entry.stop - entry.start === 1 && buf[entry.start] === 0x2a) return false;
  }
  return true;
}

/** Takes the field `tag`; false when it is another, or its tag or length takes more bytes than it needs. */
function takeField(cursor: Cursor, tag: number): boolean {
  const from = cursor.at;
  if (cursor.tag('path') !== tag) return false;
  cursor.content(tag, 'path');
  return cursor.start - from === 1 + varintSize(cursor.stop - cursor.start);
}

function isAscii(buf: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++) if ((buf[i] as number) >= 0x80) return false;
  return true;
}

/**
 * A gnmi.Path, decoded. The deprecated `element` counts only when `elem` is empty (gNMI 0.4). Throws WireError for
 * bytes that are no path, PathError for empty names, double keys and an `element` that does not parse. The default origin is ''.
 */
export function decodePath(buf: Uint8Array, start = 0, end = buf.length): Path {
  const cursor = new Cursor().over(buf, start, end);
  const elems: PathElem[] = [];
  const old: PathElem[] = [];
  let origin = '';
  let target = '';
  while (cursor.more()) {
    const tag = cursor.tag('path');
    cursor.skip(tag, 'path');
    if (tag === pathField.elem) elems.push(decodeElem(buf, cursor.start, cursor.stop));
    else if (tag === pathField.origin) origin = text(cursor, 'path.origin');
    else if (tag === pathField.target) target = text(cursor, 'path.target');
    else if (tag === pathField.element) old.push(oldElem(text(cursor, 'path.element')));
  }
  return { origin: canonicalOrigin(origin), target, elems: elems.length > 0 ? elems : old };
}

/** An element as gNMI had them before 0.4, as text with its keys. */
function oldElem(element: string): PathElem {
  try {
    return parseElem(element);
  } catch (cause) {
    if (!(cause instanceof PathSyntaxError)) throw cause;
    throw new PathError('element', element, cause.message, { cause });
  }
}

/** A gnmi.PathElem, decoded. Throws as decodePath. */
export function decodeElem(buf: Uint8Array, start: number, end: number): PathElem {
  const cursor = new Cursor().over(buf, start, end);
  const keys: [string, string][] = [];
  let name = '';
  while (cursor.more()) {
    const tag = cursor.tag('path.elem');
    cursor.skip(tag, 'path.elem');
    if (tag === elemField.name) name = text(cursor, 'path.elem.name');
    else if (tag === elemField.key) keys.push(decodeKey(buf, cursor.start, cursor.stop));
  }
  return pathElem(name, keys);
}

function decodeKey(buf: Uint8Array, start: number, end: number): [string, string] {
  const cursor = new Cursor().over(buf, start, end);
  const pair: [string, string] = ['', ''];
  while (cursor.more()) {
    const tag = cursor.tag('path.elem.key');
    cursor.skip(tag, 'path.elem.key');
    if (tag === entryField.key) pair[0] = text(cursor, 'path.elem.key');
    else if (tag === entryField.value) pair[1] = text(cursor, 'path.elem.key');
  }
  return pair;
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
const encoder = new TextEncoder();

/** The text that was taken last, of `field`. */
function text({ bytes: buf, start, stop }: Cursor, field: string): string {
  const bytes = buf.subarray(start, stop);
  if (!isUtf8(bytes)) throw new WireError(field, 'is not UTF-8');
  return decoder.decode(bytes);
}

/** The canonical bytes of a path; its target is left out. */
export function encodePath(path: Path): Uint8Array {
  const writer = new Writer(64);
  if (path.origin !== '') writeText(writer, pathField.origin, path.origin);
  for (const elem of path.elems) writeField(writer, pathField.elem, encodeElem(elem));
  return writer.buf.slice(0, writer.length);
}

/** The canonical bytes of an element. */
export function encodeElem(elem: PathElem): Uint8Array {
  const writer = new Writer(64);
  writeText(writer, elemField.name, elem.name);
  for (const [key, value] of elem.keys) {
    const pair = new Writer(64);
    writeText(pair, entryField.key, key);
    writeText(pair, entryField.value, value);
    writeField(writer, elemField.key, pair.buf.subarray(0, pair.length));
  }
  return writer.buf.slice(0, writer.length);
}

/** The tree's first element for a foreign origin. */
export function originElem(origin: string): Uint8Array {
  const name = encoder.encode(origin);
  const bytes = new Uint8Array(1 + name.length);
  bytes[0] = originMark;
  bytes.set(name, 1);
  return bytes;
}

/** The origin that such an element stands for. */
export function originName(elem: Uint8Array): string {
  return decoder.decode(elem.subarray(1));
}

/** The elements of a path as the tree has them: the origin first when it is a foreign one. */
export function treeElems(path: Path): Uint8Array[] {
  const elems = path.elems.map(encodeElem);
  return path.origin === '' ? elems : [originElem(path.origin), ...elems];
}

/** Throws PathError when a path that names data has a wildcard (gNMI: telemetry paths have none). */
export function refuseWildcards(path: Path): void {
  for (const elem of path.elems) {
    if (elem.name === '*' || elem.name === '...')
      throw new PathError('path', elem.name, 'data has no wildcards');
    for (const [key, value] of elem.keys)
      if (value === '*') throw new PathError('path', `${elem.name}[${key}=*]`, 'data has no wildcards');
  }
}

function writeText(writer: Writer, tag: number, value: string): void {
  writeField(writer, tag, encoder.encode(value));
}

function writeField(writer: Writer, tag: number, bytes: Uint8Array): void {
  writer.reserve(1 + varintSize(bytes.length) + bytes.length);
  writer.byte(tag);
  writer.varint(bytes.length);
  writer.copy(bytes, 0, bytes.length);
}
