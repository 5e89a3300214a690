// For the explorer: an IPAM in memory. Calls take effect in their order, each at any moment; answers come at any moment
// after that, or not at all. The lowest free number of a node is given out first, so an address that is released is soon
// somebody else's.

import type { Clock } from '@syncline/runtime/clock.ts';
import { Waiter } from '@syncline/runtime/waiter.ts';
import type { Simulation } from '@syncline/testkit/explorer.ts';
import { type Prefix, parsePrefix, printPrefix } from '@syncline/trench/prefix.ts';
import { type Child, type Ipam, IpamError } from '../ipam/ipam.ts';

/**
 * down: calls fail without an effect. deaf: they take effect, and nobody hears of it. bare: it has no conduit configured, so
 * it gives nothing out and has nothing to take back.
 */
export type IpamMood = 'works' | 'down' | 'deaf' | 'bare';

interface Step {
  readonly name: string;
  readonly perform: () => void;
}

export class ModelIpam {
  mood: IpamMood = 'works';
  /** Whether what it gave out before is nobody's any more, whoever believes to have it. */
  hasForgotten = false;
  /** Releases of children that were not there. */
  redundant = 0;
  /** Releases that freed an address. */
  released = 0;
  readonly #clock: Clock;
  readonly #deadlineMs: number;
  readonly #calls: { send(call: Step): void; cut(): unknown };
  readonly #answers: { send(answer: Step): void; cut(): unknown };
  /** Number by child, of each node and family. */
  readonly #blocks = new Map<string, Map<string, number>>();
  readonly #nodes: string[] = [];

  constructor(sim: Simulation, deadlineMs: number, latencyMs: number) {
    this.#clock = sim.clock;
    this.#deadlineMs = deadlineMs;
    this.#calls = sim.link('the ipam does', (call: Step) => call.perform(), latencyMs);
    this.#answers = sim.link('the ipam answers', (answer: Step) => answer.perform(), latencyMs);
  }

  /** The service as one process sees it; once `isAlive` says no it does nothing and answers nothing. */
  port(isAlive: () => boolean): Ipam {
    return {
      allocate: (child, signal) =>
        this.#call(isAlive, signal, `allocate ${child.name}`, () => {
          if (this.mood === 'bare') throw new IpamError('FAILED_PRECONDITION', 'no such conduit');
          return this.allocate(child);
        }),
      release: (child, signal) =>
        this.#call(isAlive, signal, `release ${child.name}`, () => this.#free(child)),
    };
  }

  /** The child's address, as if it had been asked for. */
  allocate(child: Child): Prefix {
    const { family } = child;
    const block = this.#block(child);
    let number = block.get(child.name);
    if (number === undefined) {
      const used = new Set(block.values());
      for (number = 1; used.has(number); ) number += 1;
      block.set(child.name, number);
    }
    const node = this.#nodeNumber(child.node);
    return parsePrefix(family === 'ipv4' ? `10.0.${node}.${number}/24` : `fd00:0:0:${node}::${number}/64`);
  }

  /** Who holds what: `<address/length> <child>` for all that is allocated. */
  held(): string[] {
    const node = (key: string) => key.split(' ')[0] ?? '';
    const family = (key: string) => (key.endsWith('ipv4') ? 'ipv4' : 'ipv6');
    return [...this.#blocks].flatMap(([key, block]) =>
      [...block.keys()].map((name) => {
        const child = { trench: 't', conduit: 'c', node: node(key), family: family(key), name } as const;
        return `${printPrefix(this.allocate(child))} ${name}`;
      }),
    );
  }

  /** It has lost its disk: nobody holds anything, and the first to ask get what others had. */
  forget(): void {
    this.hasForgotten = true;
    this.#blocks.clear();
  }

  /** What is under way is lost. */
  cut(): void {
    this.#calls.cut();
    this.#answers.cut();
  }

  #free(child: Child): void {
    if (this.#block(child).delete(child.name)) this.released += 1;
    else this.redundant += 1;
  }

  #block({ node, family }: Child): Map<string, number> {
    const key = `${node} ${family}`;
    const known = this.#blocks.get(key) ?? new Map<string, number>();
    this.#blocks.set(key, known);
    return known;
  }

  #nodeNumber(node: string): number {
    if (!this.#nodes.includes(node)) this.#nodes.push(node);
    return this.#nodes.indexOf(node);
  }

  async #call<Answer>(
    isAlive: () => boolean,
    signal: AbortSignal,
    name: string,
    effect: () => Answer,
  ): Promise<Answer> {
    signal.throwIfAborted();
    const waiter = new Waiter<Answer>(signal);
    const late = new IpamError('DEADLINE_EXCEEDED', 'the ipam is late');
    const timer = this.#clock.setTimer(this.#deadlineMs, () => waiter.reject(late));
    const perform = () => {
      if (this.mood === 'down') {
        const down = new IpamError('UNAVAILABLE', 'the ipam is down');
        this.#answers.send({ name, perform: () => waiter.reject(down) });
        return;
      }
      const answered = settle(waiter, effect);
      if (this.mood !== 'deaf') this.#answers.send({ name, perform: answered });
    };
    if (isAlive()) this.#calls.send({ name, perform });
    try {
      const answer = await waiter.promise;
      if (!isAlive()) await new Promise<never>(() => {});
      return answer;
    } finally {
      timer.clear();
    }
  }
}

/** Has the effect now; calling what it gives tells how it went. */
function settle<Answer>(waiter: Waiter<Answer>, effect: () => Answer): () => void {
  try {
    const answer = effect();
    return () => waiter.resolve(answer);
  } catch (error) {
    if (!(error instanceof IpamError)) throw error;
    return () => waiter.reject(error);
  }
}
