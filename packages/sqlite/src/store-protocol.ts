// What a StoreThread and its worker say to each other.

/** To the worker. */
export type ToStore =
  | {
      readonly kind: 'call';
      readonly call: number;
      readonly method: string;
      readonly args: readonly unknown[];
    }
  | { readonly kind: 'close' };

/** From the worker. */
export type FromStore =
  | { readonly kind: 'open' }
  | { readonly kind: 'value'; readonly call: number; readonly value: unknown }
  /** Of an Error only the message, the stack and the cause cross threads. */
  | { readonly kind: 'thrown'; readonly call: number; readonly error: unknown };
