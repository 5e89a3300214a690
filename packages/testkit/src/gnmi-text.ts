// What a gNMI server said, as text that a test can compare with.

import { absolutePath } from '@syncline/gnmi/path-proto.ts';
import { printPath } from '@syncline/gnmi/path-text.ts';
import type { Path, SubscribeResponse, TypedValue } from '@syncline/proto/gnmi.ts';

/** A path under its prefix, as `/a/b[k=v]/c`. */
export function pathText(prefix: Path | undefined, path: Path | undefined): string {
  return printPath(absolutePath(prefix, path));
}

/** A scalar as text; JSON as it is. */
export function valueText(val: TypedValue | undefined): string {
  const value = val?.value?.value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString();
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** A response as a line: `sync`, or `-/path` and `+/path=value` in the order of the wire. */
export function responseText({ response }: SubscribeResponse): string {
  if (response?.$case !== 'update') return response?.$case === 'syncResponse' ? 'sync' : 'nothing';
  const { prefix, atomic, delete: deletes, update } = response.value;
  return [
    ...(atomic ? [`atomic ${pathText(prefix, undefined)}`] : []),
    ...deletes.map((path) => `-${pathText(prefix, path)}`),
    ...update.map(({ path, val }) => `+${pathText(prefix, path)}=${valueText(val)}`),
  ].join(' ');
}
