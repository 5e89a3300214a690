// The leaves that everything is measured with: /interfaces/interface[name=ethN]/state/counters/<counter>, ten an
// interface, as encoded gnmi.Path of 83 to 92 bytes. The target sends these bytes and the subscriber expects them.

const counters = [
  'in-forwarded-octets',
  'in-forwarded-pkts',
  'in-unicast-pkts',
  'in-broadcast-pkts',
  'in-multicast-pkts',
  'in-unknown-protos',
  'out-unicast-pkts',
  'out-broadcast-pkts',
  'out-multicast-pkts',
  'carrier-transitions',
];

// Every field is shorter than 128 bytes, so each length is one byte.
const field = (tag: number, content: Buffer) => Buffer.concat([Buffer.from([tag, content.length]), content]);
const text = (tag: number, value: string) => field(tag, Buffer.from(value));
const elem = (name: string, key = Buffer.alloc(0)) => field(0x1a, Buffer.concat([text(0x0a, name), key]));

const head = elem('interfaces');
const tails = counters.map((name) => Buffer.concat([elem('state'), elem('counters'), elem(name)]));

function* paths(count: number): Generator<Buffer> {
  let entry = head;
  for (let leaf = 0; leaf < count; leaf++) {
    const counter = leaf % counters.length;
    if (counter === 0) {
      const name = `eth${leaf / counters.length}`;
      entry = elem('interface', field(0x12, Buffer.concat([text(0x0a, 'name'), text(0x12, name)])));
    }
    yield Buffer.concat([head, entry, tails[counter] ?? head]);
  }
}

/** The encoded paths of leaves 0 to `count` - 1, back to back in one buffer. */
export class LeafPaths {
  readonly count: number;
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #starts: Uint32Array;

  constructor(count: number) {
    this.count = count;
    this.#starts = new Uint32Array(count + 1);
    const longest = 100;
    const bytes = Buffer.allocUnsafeSlow(count * longest);
    let at = 0;
    let leaf = 0;
    for (const path of paths(count)) {
      bytes.set(path, at);
      at += path.length;
      this.#starts[++leaf] = at;
    }
    this.#bytes = bytes.subarray(0, at);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, at);
  }

  /** The bytes of one leaf's path. */
  path(leaf: number): Buffer {
    return this.#bytes.subarray(this.#starts[leaf], this.#starts[leaf + 1]);
  }

  /** Whether `view` holds this leaf's path at [start, end); four bytes a step, as it is asked for every update. */
  is(leaf: number, view: DataView, start: number, end: number): boolean {
    let at = this.#starts[leaf] ?? 0;
    if (end - start !== (this.#starts[leaf + 1] ?? 0) - at) return false;
    let other = start;
    for (; other + 4 <= end; other += 4, at += 4) {
      if (view.getInt32(other) !== this.#view.getInt32(at)) return false;
    }
    for (; other < end; other++, at++) {
      if (view.getUint8(other) !== this.#view.getUint8(at)) return false;
    }
    return true;
  }
}
