// For the explorer: a session's messages on their way into the core, as protocol.ts asks: one batch is under way, and what
// comes meanwhile waits until the core has taken it.

export class Batches {
  readonly #send: (chunk: ArrayBuffer) => void;
  #waiting: Uint8Array[] = [];
  #underWay = false;

  /** `send` tells the core to ingest a chunk. */
  constructor(send: (chunk: ArrayBuffer) => void) {
    this.#send = send;
  }

  append(message: Uint8Array): void {
    this.#waiting.push(message);
    this.#flush();
  }

  /** The core has taken the batch that was under way, of whatever epoch. */
  taken(): void {
    this.#underWay = false;
    this.#flush();
  }

  /** A new epoch supersedes what waits; what is under way is still to be taken. */
  restart(): void {
    this.#waiting = [];
  }

  #flush(): void {
    if (this.#underWay || this.#waiting.length === 0) return;
    this.#underWay = true;
    const messages = this.#waiting;
    this.#waiting = [];
    const chunk = new ArrayBuffer(messages.reduce((bytes, message) => bytes + 4 + message.length, 0));
    const lengths = new DataView(chunk);
    const bytes = new Uint8Array(chunk);
    let at = 0;
    for (const message of messages) {
      lengths.setUint32(at, message.length, true);
      bytes.set(message, at + 4);
      at += 4 + message.length;
    }
    this.#send(chunk);
  }
}
