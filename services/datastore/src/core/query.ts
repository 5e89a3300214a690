// Get: running at one version, one notification a path. Under a JSON encoding each place that a path names is one
// value with all that lies below it; under PROTO each leaf is an update of its own.
import { isOfType } from '@syncline/gnmi/data-type.ts';
import { encodeAs } from '@syncline/gnmi/encoding.ts';
import { printJson } from '@syncline/gnmi/json.ts';
import { buildJson, type RelativeLeaf } from '@syncline/gnmi/json-build.ts';
import { type Path, rootPath } from '@syncline/gnmi/path.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import { hasWildcard } from '@syncline/gnmi/pattern.ts';
import { Encoding, GetResponse, type Notification, TypedValue, type Update } from '@syncline/proto/gnmi.ts';
import type { LeafTable } from './leaf-table.ts';
import { rootNode } from './path-tree.ts';
import { decodeElem, decodePath, originMark, originName } from './path-wire.ts';
import type { Query } from './protocol.ts';
import { Selector } from './selector.ts';

/** A query that has no answer; `code` is the status to send. */
export class QueryError extends Error {
  override name = 'QueryError';
  readonly code: 'NOT_FOUND' | 'RESOURCE_EXHAUSTED';

  constructor(code: 'NOT_FOUND' | 'RESOURCE_EXHAUSTED', message: string) {
    super(message);
    this.code = code;
  }
}

/**
 * The encoded GetResponse. Throws QueryError: NOT_FOUND for a path without wildcards at or under which nothing is,
 * RESOURCE_EXHAUSTED beyond `getBytes`.
 */
export function answerQuery(query: Query, leaves: LeafTable, getBytes: number): Uint8Array {
  const answer = new Answer(query, leaves, getBytes);
  return GetResponse.encode({
    ...GetResponse.create(),
    notification: query.paths.map((path) => answer.notification(decodePath(path))),
  }).finish();
}

class Answer {
  readonly #query: Query;
  readonly #leaves: LeafTable;
  readonly #limit: number;
  #size = 0;

  constructor(query: Query, leaves: LeafTable, limit: number) {
    this.#query = query;
    this.#leaves = leaves;
    this.#limit = limit;
  }

  notification(path: Path): Notification {
    const selector = new Selector(this.#leaves, [path], this.#query.depth);
    const updates: Update[] = [];
    let newest = 0n;
    selector.walk((node) => {
      const relative = this.#collect(selector, node);
      if (relative.length === 0) return false;
      for (const { leaf } of relative) newest = max(newest, this.#time(leaf));
      for (const update of this.#updates(node, relative)) updates.push(update);
      return false;
    });
    if (updates.length === 0 && path.elems.length > 0 && !hasWildcard(path))
      throw new QueryError('NOT_FOUND', `path ${printPath(path)}: nothing is there`);
    const target = this.#query.target;
    return {
      timestamp: newest,
      prefix: target === '' ? undefined : { ...toProto(rootPath), target },
      update: updates,
      delete: [],
      atomic: false,
    };
  }

  /** The leaves at or under `node` that the selector covers and that are of the type asked for. */
  #collect(selector: Selector, node: number): { leaf: number; path: Path }[] {
    const found: { leaf: number; path: Path }[] = [];
    this.#leaves.tree.eachLeaf(node, (leaf) => {
      if (!this.#leaves.isPresent(leaf) || !selector.covers(leaf)) return;
      const path = decodePath(this.#leaves.paths.view(leaf));
      if (!isOfType(path, this.#query.type)) return;
      this.#grow(this.#leaves.paths.length(leaf) + (this.#leaves.length[leaf] as number));
      found.push({ leaf, path });
    });
    return found;
  }

  #updates(node: number, found: readonly { leaf: number; path: Path }[]): Update[] {
    const { encoding } = this.#query;
    if (encoding === Encoding.PROTO)
      return found.map(({ leaf, path }) => ({
        path: toProto(path),
        val: { value: encodeAs(this.#value(leaf), encoding) },
        duplicates: 0,
        value: undefined,
      }));
    const at = this.#pathOf(node);
    const relative: RelativeLeaf[] = found.map(({ leaf, path }) => ({
      elems: path.elems.slice(at.elems.length),
      value: this.#value(leaf),
    }));
    const ietf = encoding === Encoding.JSON_IETF;
    const json = printJson(buildJson(relative, { flavour: ietf ? 'json_ietf' : 'json' }).json);
    return [
      {
        path: toProto(at),
        val: { value: ietf ? { $case: 'jsonIetfVal', value: json } : { $case: 'jsonVal', value: json } },
        duplicates: 0,
        value: undefined,
      },
    ];
  }

  #value(leaf: number) {
    const { slab } = this.#leaves;
    const { value } = TypedValue.decode(
      slab.view(this.#leaves.block[leaf] as number, this.#leaves.length[leaf] as number),
    );
    if (value === undefined) throw new Error(`leaf ${leaf} has a value that cannot be read`);
    return value;
  }

  #pathOf(node: number): Path {
    const { tree } = this.#leaves;
    const path = { origin: '', target: '', elems: [] as Path['elems'][number][] };
    for (let at = node; at !== rootNode; at = tree.parent(at)) {
      const bytes = tree.elems.view(tree.elem(at));
      if (bytes[0] === originMark) path.origin = originName(bytes);
      else path.elems.unshift(decodeElem(bytes, 0, bytes.length));
    }
    return path;
  }

  #time(leaf: number): bigint {
    const high = BigInt(this.#leaves.timeHigh[leaf] as number);
    return BigInt.asIntN(64, (high << 32n) | BigInt(this.#leaves.timeLow[leaf] as number));
  }

  #grow(bytes: number): void {
    this.#size += bytes;
    if (this.#size > this.#limit)
      throw new QueryError(
        'RESOURCE_EXHAUSTED',
        `the answer takes more than ${this.#limit} bytes: ask for less, or use Subscribe with mode ONCE`,
      );
  }
}

function max(a: bigint, b: bigint): bigint {
  return a > b ? a : b;
}
