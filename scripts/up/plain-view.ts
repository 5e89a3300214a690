// `make up` for programs and logs: a line for each thing that happens, one of them beginning with `ready`.

import type { DatastoreStatus } from '@syncline/proto/datastore.ts';
import { stateText } from 'syncline/status-text.ts';
import type { Ports } from './children.ts';
import type { Hint } from './hints.ts';
import { localName } from './local.ts';

/** What is printed without a terminal. */
export class PlainView {
  readonly #ports: Ports;
  readonly #hints: readonly Hint[];
  #state = '';
  #ready = false;

  constructor(ports: Ports, hints: readonly Hint[]) {
    this.#ports = ports;
    this.#hints = hints;
  }

  /** Prints the state when it is another, and `ready` the first time that it is synced. */
  status(status: DatastoreStatus): void {
    const state = stateText(status);
    if (state !== this.#state) print(`${localName}: ${state}, ${status.leaves} leaves`);
    this.#state = state;
    if (!status.synced || this.#ready) return;
    this.#ready = true;
    const where = Array.from(this.#ports, ([service, port]) => `${service} 127.0.0.1:${port}`).join(', ');
    print(`ready: ${localName} is SYNCED; ${where}`);
    for (const { command, shows } of this.#hints) print(`try: ${command}  # ${shows}`);
  }

  complaint(text: string): void {
    print(text);
  }
}

/** Prints a line. */
export function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
