// Names of proto enum values.

/** The name of a value, e.g. SYNCED; its number when this build does not know it. */
export function enumName(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, number]) => number === value)?.[0] ?? String(value);
}

/** `SYNCED` as people write it: `synced`. */
export function plainName(names: Readonly<Record<string, number>>, value: number): string {
  return enumName(names, value).toLowerCase().replaceAll('_', '-');
}
