// `make up` for people: the sync as it goes on, then a table of changing leaves that refreshes in place.

import type { DatastoreStatus } from '@syncline/proto/datastore.ts';
import { gNMIDefinition, SubscribeRequest, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import { drawFrame, leafRows } from './frame.ts';
import type { Hint } from './hints.ts';
import { LeafBoard } from './leaf-board.ts';
import { localName } from './local.ts';
import { Screen } from './screen.ts';

const refreshMs = 250;
const leavesRemembered = 5_000;
const rateOverMs = 5_000;

/** What happens in a terminal. Disposing gives the terminal back. */
export class TerminalView implements Disposable {
  readonly #board = new LeafBoard(leavesRemembered);
  readonly #hints: readonly Hint[];
  readonly #screen = new Screen(process.stdout);
  readonly #refresh: NodeJS.Timeout;
  #status: DatastoreStatus | undefined;
  #complaint = '';
  #counted: { readonly atMs: number; readonly changes: number }[] = [];

  constructor(hints: readonly Hint[]) {
    this.#hints = hints;
    this.#refresh = setInterval(() => this.#draw(), refreshMs);
    this.#draw();
  }

  status(status: DatastoreStatus): void {
    this.#status = status;
  }

  complaint(text: string): void {
    this.#complaint = text;
  }

  /** Follows everything that changes in `local` until the stream ends; rejects as the call does. */
  async follow(connection: Connection, signal: AbortSignal): Promise<void> {
    const responses = connection.client(gNMIDefinition).subscribe(everything(signal), { signal });
    let synced = false;
    for await (const { response } of responses) {
      if (response?.$case === 'syncResponse') {
        synced = true;
        this.#complaint = '';
      } else if (response?.$case === 'update' && synced) this.#board.take(response.value, performance.now());
      else if (response?.$case === 'update') this.#board.known(response.value);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#refresh);
    this.#screen[Symbol.dispose]();
  }

  #draw(): void {
    const nowMs = performance.now();
    const { size } = this.#screen;
    this.#screen.draw(
      drawFrame(
        {
          status: this.#status,
          rate: this.#rate(nowMs),
          rows: this.#board.latest(leafRows(size, this.#hints.length)),
          hints: this.#hints,
          complaint: this.#complaint,
          nowMs,
        },
        size,
      ),
    );
  }

  /** Changes a second over the last seconds. */
  #rate(nowMs: number): number {
    this.#counted.push({ atMs: nowMs, changes: this.#board.changes });
    this.#counted = this.#counted.filter(({ atMs }) => nowMs - atMs <= rateOverMs);
    const [first] = this.#counted;
    if (first === undefined || first.atMs === nowMs) return 0;
    return ((this.#board.changes - first.changes) * 1_000) / (nowMs - first.atMs);
  }
}

async function* everything(signal: AbortSignal): AsyncGenerator<SubscribeRequest, void, undefined> {
  const prefix = { target: localName };
  const subscription = [{ path: {}, mode: SubscriptionMode.ON_CHANGE }];
  yield SubscribeRequest.create({
    request: { $case: 'subscribe', value: { prefix, subscription, encoding: 2 } },
  });
  await aborted(signal);
}
