// Every leaf the core knows: its path, its committed value, when and by which syncs it was reported.
// A leaf is "present" when running has a value for it; one that is only in an open window is known, not present.
// Invariant: the columns change in a commit and nowhere else.
import { concat, type Path, PathError, rootPath } from '@syncline/gnmi/path.ts';
import { ByteMap } from './byte-map.ts';
import { grown } from './columns.ts';
import { PathTree, rootNode } from './path-tree.ts';
import {
  decodePath,
  ElemRanges,
  encodePath,
  originElem,
  refuseWildcards,
  scanCanonical,
  treeElems,
} from './path-wire.ts';
import { type Block, Slab } from './slab.ts';

/** A path that is longer than the setting allows. */
export class PathTooLongError extends Error {
  override name = 'PathTooLongError';

  constructor(bytes: number, limit: number) {
    super(`the path takes ${bytes} bytes, at most ${limit} are allowed`);
  }
}

/** A notification's prefix, decoded once: further paths of the same bytes find their leaf by (id, path bytes). */
export interface Prefix {
  readonly id: number;
  readonly path: Path;
}

/** No prefix, or an empty one. */
export const noPrefix: Prefix = { id: 0, path: rootPath };

/** Canonical bytes begin with it when the origin is not the default one. */
const originTag = 0x12;
/** Levels of a path, so that what is made of the tree can be walked recursively however long paths may be. */
const mostLevels = 1000;

const aliasBound = 1 << 20;
const aliasBytesBound = 128 << 20;
const prefixBound = 4096;

/** The id of a prefix that is decoded each time, because it is too long to be remembered. */
const unremembered = -1;

export class LeafTable {
  readonly tree: PathTree = new PathTree();
  readonly slab: Slab = new Slab();
  /** Canonical path bytes → leaf. */
  readonly paths: ByteMap = new ByteMap();
  /** Columns, one element a leaf. A length of -1 means: not present. */
  node: Int32Array = new Int32Array(512);
  block: Uint32Array = new Uint32Array(512);
  length: Int32Array = new Int32Array(512).fill(-1);
  timeLow: Uint32Array = new Uint32Array(512);
  timeHigh: Uint32Array = new Uint32Array(512);
  owners: Uint32Array = new Uint32Array(512);
  /** The position in the change ring of the leaf's last change; 0 for none. */
  changedAt: Float64Array = new Float64Array(512);
  present = 0;
  /** Leaves of a foreign origin that are known. */
  foreign = 0;
  #aliases: ByteMap = new ByteMap();
  #aliasLeaf: Int32Array = new Int32Array(512);
  #prefixes: ByteMap = new ByteMap();
  #prefixPaths: Path[] = [];
  #ranges: ElemRanges = new ElemRanges();
  #scratch: Uint8Array = new Uint8Array(4096);
  #pathBytes: number;

  /** `pathBytes` bounds a canonical path; see CoreLimits. */
  constructor(pathBytes: number) {
    this.#pathBytes = pathBytes;
  }

  /** One more than the largest leaf known so far. */
  get bound(): number {
    return this.paths.bound;
  }

  /** The prefix in buf[start, end). Throws WireError or PathError when it is none. */
  prefix(buf: Uint8Array, start: number, end: number): Prefix {
    const known = this.#prefixes.find(buf, start, end);
    if (known >= 0) return { id: known + 1, path: this.#prefixPaths[known] as Path };
    const decoded = decodePath(buf, start, end);
    const path = { ...decoded, target: '' };
    if (path.elems.length === 0 && path.origin === '') return noPrefix;
    if (end - start > this.#pathBytes) return { id: unremembered, path };
    if (this.#prefixes.size >= prefixBound) {
      this.#prefixes.clear();
      this.#forgetAliases();
    }
    const id = this.#prefixes.intern(buf, start, end);
    this.#prefixPaths[id] = path;
    return { id: id + 1, path };
  }

  /**
   * The leaf that prefix and buf[start, end), a gnmi.Path, name; known from now on if it was not.
   * Throws WireError, PathError or PathTooLongError for a path that names no data, and changes nothing then.
   */
  resolve(prefix: Prefix, buf: Uint8Array, start: number, end: number): number {
    if (prefix.id === 0) {
      const known = this.paths.find(buf, start, end);
      if (known >= 0) return known;
      if (end > start && scanCanonical(buf, start, end, this.#ranges))
        return this.#learn(buf, start, end, this.#ranges);
    }
    return this.#resolveAlias(prefix, buf, start, end);
  }

  /** Makes the leaf with the path buf[start, end) known under an id that the store gave it. For loading. */
  load(leaf: number, buf: Uint8Array, start: number, end: number): void {
    this.paths.put(leaf, buf, start, end);
    const canonical = scanCanonical(buf, start, end, this.#ranges);
    this.#attach(leaf, buf, canonical ? this.#ranges : treeElems(decodePath(buf, start, end)));
  }

  /** True when running has a value for the leaf. */
  isPresent(leaf: number): boolean {
    return (this.length[leaf] as number) >= 0;
  }

  /** Gives a leaf a value that the slab holds already; the caller says which syncs own it. */
  put(leaf: number, block: Block, length: number, owners: number): void {
    this.drop(leaf);
    this.block[leaf] = block;
    this.length[leaf] = length;
    this.owners[leaf] = owners;
    this.present++;
  }

  /** Takes a leaf's value away, if it has one. It stays known until it is forgotten. */
  drop(leaf: number): void {
    const length = this.length[leaf] as number;
    if (length < 0) return;
    this.slab.free(this.block[leaf] as number, length);
    this.length[leaf] = -1;
    this.owners[leaf] = 0;
    this.present--;
  }

  /** Forgets leaves that are not present, so that their ids and memory serve others. */
  forget(leaves: readonly number[]): void {
    for (const leaf of leaves) {
      if (this.#isForeign(leaf)) this.foreign--;
      this.tree.removeLeaf(this.node[leaf] as number);
      this.paths.remove(leaf);
    }
    this.#forgetAliases();
  }

  /** Whether the tree has leaves of a foreign origin. */
  hasOrigin(origin: string): boolean {
    const mark = originElem(origin);
    return this.tree.elems.find(mark, 0, mark.length) >= 0;
  }

  #resolveAlias(prefix: Prefix, buf: Uint8Array, start: number, end: number): number {
    if (prefix.id === unremembered || end - start > this.#pathBytes)
      return this.#resolveDecoded(prefix, buf, start, end);
    const length = 4 + end - start;
    if (length > this.#scratch.length) this.#scratch = new Uint8Array(length * 2);
    const key = this.#scratch;
    new DataView(key.buffer).setUint32(0, prefix.id, true);
    for (let i = start, at = 4; i < end; i++) key[at++] = buf[i] as number;
    const known = this.#aliases.find(key, 0, length);
    if (known >= 0) return this.#aliasLeaf[known] as number;
    const leaf = this.#resolveDecoded(prefix, buf, start, end);
    if (this.#aliases.size >= aliasBound || this.#aliases.heldBytes >= aliasBytesBound) this.#forgetAliases();
    const alias = this.#aliases.intern(key, 0, length);
    this.#aliasLeaf = grown(this.#aliasLeaf, alias + 1);
    this.#aliasLeaf[alias] = leaf;
    return leaf;
  }

  #resolveDecoded(prefix: Prefix, buf: Uint8Array, start: number, end: number): number {
    const path = concat(prefix.path, { ...decodePath(buf, start, end), target: '' });
    refuseWildcards(path);
    const bytes = encodePath(path);
    const found = this.paths.find(bytes, 0, bytes.length);
    return found >= 0 ? found : this.#learn(bytes, 0, bytes.length, treeElems(path));
  }

  #learn(buf: Uint8Array, start: number, end: number, elems: ElemRanges | readonly Uint8Array[]): number {
    if (end - start > this.#pathBytes) throw new PathTooLongError(end - start, this.#pathBytes);
    const levels = elems instanceof ElemRanges ? elems.count : elems.length;
    if (levels > mostLevels)
      throw new PathError('path', `${levels} levels`, `at most ${mostLevels} are taken`);
    const leaf = this.paths.intern(buf, start, end);
    this.#attach(leaf, buf, elems);
    return leaf;
  }

  #attach(leaf: number, buf: Uint8Array, elems: ElemRanges | readonly Uint8Array[]): void {
    this.#reserve(leaf);
    let node = rootNode;
    if (elems instanceof ElemRanges) {
      for (let i = 0; i < elems.count; i++)
        node = this.tree.descend(node, buf, elems.start[i] as number, elems.stop[i] as number);
    } else {
      for (const elem of elems) node = this.tree.descend(node, elem, 0, elem.length);
    }
    if (this.#isForeign(leaf)) this.foreign++;
    this.tree.setLeaf(node, leaf);
    this.node[leaf] = node;
    this.length[leaf] = -1;
    this.owners[leaf] = 0;
    this.changedAt[leaf] = 0;
    this.timeLow[leaf] = this.timeHigh[leaf] = 0;
  }

  #isForeign(leaf: number): boolean {
    return this.paths.length(leaf) > 0 && this.paths.bytes(leaf)[this.paths.start(leaf)] === originTag;
  }

  #reserve(leaf: number): void {
    if (leaf < this.length.length) return;
    this.node = grown(this.node, leaf + 1);
    this.block = grown(this.block, leaf + 1);
    const known = this.length.length;
    this.length = grown(this.length, leaf + 1).fill(-1, known);
    this.timeLow = grown(this.timeLow, leaf + 1);
    this.timeHigh = grown(this.timeHigh, leaf + 1);
    this.owners = grown(this.owners, leaf + 1);
    this.changedAt = grown(this.changedAt, leaf + 1);
  }

  #forgetAliases(): void {
    this.#aliases.clear();
  }
}
