// Growing the typed arrays that hold one number for each leaf, node or row.

type Column = Uint8Array | Int32Array | Uint32Array | Float64Array;

/** `column` itself when it holds `length` elements, else a copy of twice its size or more; new elements are 0. */
export function grown<T extends Column>(column: T, length: number): T {
  if (length <= column.length) return column;
  let capacity = Math.max(16, column.length);
  while (capacity < length) capacity *= 2;
  const copy = new (column.constructor as new (length: number) => T)(capacity);
  copy.set(column);
  return copy;
}
