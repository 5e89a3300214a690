// The tags of gNMI's hot messages, for code that writes or reads them by hand. A tag is the number of a field and its wire
// type in one byte, which all of these take.

/** gnmi.SubscribeResponse. */
export const responseTag = { update: 0x0a, sync: 0x18, extension: 0x2a } as const;

/** gnmi.Notification. */
export const notificationTag = { timestamp: 0x08, prefix: 0x12, update: 0x22, delete: 0x2a } as const;

/** gnmi.Update. */
export const updateTag = { path: 0x0a, val: 0x1a, duplicates: 0x20 } as const;

/** gnmi.Path. */
export const pathTag = { origin: 0x12, elem: 0x1a, target: 0x22 } as const;

/** gnmi.PathElem. */
export const elemTag = { name: 0x0a, key: 0x12 } as const;

/** An entry of PathElem.key. */
export const keyTag = { name: 0x0a, value: 0x12 } as const;

/** gnmi.TypedValue, its members that are written by hand. */
export const valueTag = {
  string: 0x0a,
  int: 0x10,
  uint: 0x18,
  bool: 0x20,
  json: 0x52,
  jsonIetf: 0x5a,
  double: 0x71,
} as const;
