// gnmi.SubscribeResponse by hand: the device's hot path. A leaf's path is encoded once in its life and copied
// from then on. ts-proto would spend more time on one path than all of this on a whole update.

import { encodeAs } from '@syncline/gnmi/encoding.ts';
import type { Path } from '@syncline/gnmi/path.ts';
import { toProto } from '@syncline/gnmi/path-proto.ts';
import { notificationTag, pathTag, responseTag, updateTag } from '@syncline/gnmi/wire-tags.ts';
import { type Encoding, Notification as ProtoNotification } from '@syncline/proto/gnmi.ts';
import { Extension, ExtensionID } from '@syncline/proto/gnmi_ext.ts';
import { varintSize } from '@syncline/protobuf/varint-size.ts';
import type { Message, Notification } from '../change.ts';
import type { TreeLeaf } from '../tree-leaf.ts';
import { encodePath } from './path-bytes.ts';
import { ProtoWriter } from './proto-writer.ts';
import { writeValue, writeVerbatim } from './value-bytes.ts';

/** Gives the timestamp that leaves for one that is meant; undefined means now. */
export type Timestamps = (meant: bigint | undefined) => bigint;

const value = new ProtoWriter();
const notification = new ProtoWriter();
const response = new ProtoWriter();

/** Encodes the messages of one Subscribe. Its views share memory with all other encoders of the process. */
export class MessageEncoder {
  readonly #encoding: Encoding;
  readonly #target: string;
  readonly #prefix: Uint8Array | undefined;
  readonly #timestamps: Timestamps;

  /** `target` is repeated in every prefix; with '' there is none. */
  constructor(encoding: Encoding, target: string, timestamps: Timestamps) {
    this.#encoding = encoding;
    this.#target = target;
    this.#prefix = target === '' ? undefined : targetPrefix(target);
    this.#timestamps = timestamps;
  }

  /** A SubscribeResponse; the view is overwritten by the next call, of any encoder. */
  encode(message: Message): Buffer {
    response.reset();
    switch (message.kind) {
      case 'sync':
        response.byte(responseTag.sync);
        response.byte(1);
        break;
      case 'raw':
        response.bytes(responseTag.update, message.notification);
        break;
      case 'notification':
        response.bytes(responseTag.update, this.#notification(message));
        if (message.stamp.traceparent !== undefined) {
          response.bytes(responseTag.extension, traceExtension(message.stamp.traceparent));
        }
    }
    return response.view();
  }

  #notification(message: Notification): Uint8Array {
    const timestamp = this.#timestamps(message.stamp.timestamp);
    if (message.atomicUnder !== undefined) return this.#atomic(message, message.atomicUnder, timestamp);
    notification.reset();
    notification.byte(notificationTag.timestamp);
    notification.varint64(timestamp);
    if (this.#prefix !== undefined) notification.bytes(notificationTag.prefix, this.#prefix);
    for (const leaf of message.updates) this.#update(leaf, message.duplicates.get(leaf));
    for (const path of message.deletes) notification.bytes(notificationTag.delete, encodePath(path));
    return notification.view();
  }

  #update(leaf: TreeLeaf, duplicates: number | undefined): void {
    const path = (leaf.pathBytes ??= encodePath(leaf.path));
    value.reset();
    if (leaf.verbatim) writeVerbatim(value, leaf.value);
    else writeValue(value, leaf.value, this.#encoding);
    const duplicatesSize = duplicates === undefined ? 0 : 1 + varintSize(duplicates);
    notification.byte(notificationTag.update);
    notification.varint(fieldSize(path.length) + fieldSize(value.length) + duplicatesSize);
    notification.bytes(updateTag.path, path);
    notification.bytes(updateTag.val, value.view());
    if (duplicates !== undefined) {
      notification.byte(updateTag.duplicates);
      notification.varint(duplicates);
    }
  }

  /** The baseline of an atomic notification is its prefix, so its paths are relative to that. Rare: by ts-proto. */
  #atomic(message: Notification, under: Path, timestamp: bigint): Uint8Array {
    const relative = (path: Path) => ({ ...path, origin: '', elems: path.elems.slice(under.elems.length) });
    return ProtoNotification.encode({
      timestamp,
      prefix: toProto({ ...under, target: this.#target }),
      atomic: true,
      delete: message.deletes.map((path) => toProto(relative(path))),
      update: message.updates.map((leaf) => ({
        path: toProto(relative(leaf.path)),
        value: undefined,
        val: { value: leaf.verbatim ? leaf.value : encodeAs(leaf.value, this.#encoding) },
        duplicates: 0,
      })),
    }).finish();
  }
}

/** Bytes of a length-delimited field with one byte of tag. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length;
}

function targetPrefix(target: string): Uint8Array {
  const prefix = new ProtoWriter();
  prefix.string(pathTag.target, target);
  return prefix.view();
}

function traceExtension(traceparent: string): Uint8Array {
  const msg = Buffer.from(traceparent);
  return Extension.encode({
    ext: { $case: 'registeredExt', value: { id: ExtensionID.EID_EXPERIMENTAL, msg } },
  }).finish();
}
