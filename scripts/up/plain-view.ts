// `make up` for programs and logs: a line for each thing that happens, one of them beginning with `ready`, and from
// then on how far the followers are behind.

import type { DatastoreStatus } from '@syncline/proto/datastore.ts';
import type { RegionStatus } from '@syncline/proto/region.ts';
import type { TapDump } from '@syncline/proto/tap-admin.ts';
import { indexText } from 'syncline/region-text.ts';
import { stateText } from 'syncline/status-text.ts';
import type { Ports } from './children.ts';
import type { Hint } from './hints.ts';
import { localName } from './local.ts';
import { isUp, memberState } from './region-members.ts';
import { areOpen, streamName, streamState } from './streams.ts';

const lagEveryMs = 10_000;

/** What is printed without a terminal, until it is disposed of. */
export class PlainView implements Disposable {
  readonly #ports: Ports;
  readonly #hints: readonly Hint[];
  readonly #states = new Map<string, string>();
  readonly #members: Map<string, RegionStatus | undefined>;
  #isSynced = false;
  #tap: TapDump | undefined;
  #lag: NodeJS.Timeout | undefined;

  constructor(members: readonly string[], ports: Ports, hints: readonly Hint[]) {
    this.#members = new Map(members.map((name) => [name, undefined]));
    this.#ports = ports;
    this.#hints = hints;
  }

  /** Prints what the datastore does when it is something else. */
  local(status: DatastoreStatus): void {
    this.#tell(localName, stateText(status), `${status.leaves} leaves`);
    this.#isSynced = status.synced;
    this.#tellReady();
  }

  /** Prints what a copy of the regions does when it is something else. */
  member(name: string, status: RegionStatus): void {
    this.#tell(name, memberState(status), `${status.regions} regions`);
    this.#members.set(name, status);
    this.#tellReady();
  }

  /** Prints how a stream stands when that is something else; one that is not there any more is closed. */
  tap(dump: TapDump): void {
    for (const stream of dump.streams)
      this.#tell(streamName(stream), streamState(stream), stream.registeredIps.join(' ') || 'no target');
    const names = dump.streams.map(streamName);
    const gone = this.#tap?.streams.map(streamName).filter((name) => !names.includes(name)) ?? [];
    for (const name of gone) this.#tell(name, 'closed', 'no target');
    this.#tap = dump;
    this.#tellReady();
  }

  complaint(text: string): void {
    print(text);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#lag);
  }

  #tell(name: string, state: string, held: string): void {
    if (state !== this.#states.get(name)) print(`${name}: ${state}, ${held}`);
    this.#states.set(name, state);
  }

  #tellReady(): void {
    if (this.#lag !== undefined || !this.#isSynced || !areOpen(this.#tap)) return;
    if (![...this.#members.values()].every(isUp)) return;
    const where = Array.from(this.#ports, ([service, port]) => `${service} 127.0.0.1:${port}`).join(', ');
    print(`ready: ${localName} is SYNCED, every follower live, every stream open; ${where}`);
    for (const { command, shows } of this.#hints) print(`try: ${command}  # ${shows}`);
    this.#tellLag();
    this.#lag = setInterval(() => this.#tellLag(), lagEveryMs).unref();
  }

  #tellLag(): void {
    const behind = Array.from(this.#members, ([name, status]) =>
      status?.link === undefined
        ? []
        : `${name} ${status.link.lagRecords} records, ${status.link.lagMs} ms at ${indexText(status.nextIndex)}`,
    );
    print(`lag: ${behind.flat().join('; ')}`);
  }
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
