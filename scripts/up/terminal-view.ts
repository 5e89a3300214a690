// `make up` for people: the datastore's sync, the copies of the regions, the streams and the leaves that change, refreshed in place.

import type { DatastoreStatus } from '@syncline/proto/datastore.ts';
import { gNMIDefinition, SubscribeRequest, SubscriptionMode } from '@syncline/proto/gnmi.ts';
import type { RegionStatus } from '@syncline/proto/region.ts';
import type { TapDump } from '@syncline/proto/tap-admin.ts';
import type { Connection } from '@syncline/rpc/connect.ts';
import { aborted } from '@syncline/runtime/stop-signal.ts';
import { drawFrame, roomIn } from './frame.ts';
import type { Hint } from './hints.ts';
import { LeafBoard } from './leaf-board.ts';
import { localName } from './local.ts';
import { Screen } from './screen.ts';

const refreshMs = 250;
const leavesRemembered = 5_000;
const rateOverMs = 5_000;
const complainForMs = 30_000;

/** What happens in a terminal. Disposing gives the terminal back. */
export class TerminalView implements Disposable {
  readonly #board = new LeafBoard(leavesRemembered);
  readonly #hints: readonly Hint[];
  readonly #screen = new Screen(process.stdout);
  readonly #refresh: NodeJS.Timeout;
  #status: DatastoreStatus | undefined;
  #tap: TapDump | undefined;
  readonly #members: Map<string, RegionStatus | undefined>;
  #complaint = { text: '', untilMs: 0 };
  #counted: { readonly atMs: number; readonly changes: number }[] = [];

  constructor(members: readonly string[], hints: readonly Hint[]) {
    this.#members = new Map(members.map((name) => [name, undefined]));
    this.#hints = hints;
    this.#refresh = setInterval(() => this.#draw(), refreshMs);
    this.#draw();
  }

  local(status: DatastoreStatus): void {
    this.#status = status;
  }

  member(name: string, status: RegionStatus): void {
    this.#members.set(name, status);
  }

  tap(dump: TapDump): void {
    this.#tap = dump;
  }

  complaint(text: string): void {
    this.#complaint = { text, untilMs: performance.now() + complainForMs };
  }

  /** Follows everything that changes in `local` until the stream ends; rejects as the call does. */
  async follow(connection: Connection, signal: AbortSignal): Promise<void> {
    const responses = connection.client(gNMIDefinition).subscribe(everything(signal), { signal });
    let synced = false;
    for await (const { response } of responses) {
      if (response?.$case === 'syncResponse') {
        synced = true;
        this.#complaint.untilMs = 0;
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
    const { text, untilMs } = this.#complaint;
    const shown = { members: this.#members, tap: this.#tap, hints: this.#hints };
    const picture = {
      ...shown,
      status: this.#status,
      rate: this.#rate(nowMs),
      rows: this.#board.latest(roomIn(size, shown).leaves),
      complaint: nowMs < untilMs ? text : '',
      nowMs,
    };
    this.#screen.draw(drawFrame(picture, size));
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
