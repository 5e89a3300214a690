// gRPC statuses as the domain needs them: numbers and a text, without a gRPC library.

/** The codes the device gives by itself; https://grpc.io/docs/guides/status-codes/ */
export const statusCode = {
  ok: 0,
  invalidArgument: 3,
  aborted: 10,
  unavailable: 14,
} as const;

/** The highest code that gRPC defines. */
export const lastStatusCode = 16;

/** How an RPC ends. */
export interface CallStatus {
  readonly code: number;
  readonly text: string;
}
