// The law of addresses (I18) over every sequence of what clients, time and restarts can do: what its owners know against
// the allocator.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ChildName } from '../tree/child-name.ts';
import { tinyLayouts } from '../tree/layout.fixture.ts';
import { ExhaustedError } from './allocation-error.ts';
import { AllocatorUnderTest, child } from './allocator.fixture.ts';

const settings = { layouts: tinyLayouts, releaseDelayMs: 100, staleMs: 1_000, collectEveryMs: 300 };

const children = fc
  .record({ node: fc.constantFrom('n', 'm'), name: fc.constantFrom('a', 'b', 'c', 'bridge') })
  .map(({ node, name }) => child(name, { node }));
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('allocate' as const), of: children }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('release' as const), of: children }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('pass' as const), ms: fc.constantFrom(1, 40, 99, 250, 999) }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  ),
  { maxLength: 40 },
);

/** What the owner of an address knows: that it is theirs until then, if they stay silent. */
interface Held {
  readonly address: string;
  untilMs: number;
}

class Owners {
  readonly #held = new Map<string, Held>();

  told(of: ChildName, address: string, nowMs: number): void {
    for (const [key, held] of this.#held) {
      if (nowMs >= held.untilMs) continue;
      if (key === keyOf(of)) expect(address, `${key} keeps its address`).toBe(held.address);
      else expect(address, `${keyOf(of)} is not told the address of ${key}`).not.toBe(held.address);
    }
    const untilMs = of.name === 'bridge' ? Number.POSITIVE_INFINITY : nowMs + settings.staleMs;
    this.#held.set(keyOf(of), { address, untilMs });
  }

  releases(of: ChildName, nowMs: number): void {
    const held = this.#held.get(keyOf(of));
    if (held !== undefined) held.untilMs = Math.min(held.untilMs, nowMs + settings.releaseDelayMs);
  }
}

test('no two live names share an address, and a name keeps its own until it is released or forgotten', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (script) => {
      const owners = new Owners();
      let ipam = await AllocatorUnderTest.start({ settings });
      // Each process has a clock of its own.
      let earlierMs = 0;
      const nowMs = () => earlierMs + ipam.clock.monotonic();
      for (const step of script) {
        switch (step.kind) {
          case 'allocate':
            await allocate(ipam, step.of, (address) => owners.told(step.of, address, nowMs()));
            break;
          case 'release':
            owners.releases(step.of, nowMs());
            await ipam.allocator.release(step.of);
            break;
          case 'pass':
            await ipam.pass(step.ms);
            break;
          case 'restart':
            earlierMs = nowMs();
            ipam = await ipam.restart({ settings });
        }
      }
      // Whoever is silent for long enough leaves nothing behind.
      await ipam.pass(5_000);
      expect(ipam.store.leases(undefined, 10).filter(({ name }) => name !== 'bridge')).toEqual([]);
      await ipam[Symbol.asyncDispose]();
    }),
    { numRuns: 150 },
  );
});

/** Asks; a node that refuses must be full. */
async function allocate(
  { allocator }: AllocatorUnderTest,
  of: ChildName,
  told: (address: string) => void,
): Promise<void> {
  try {
    const { address } = await allocator.allocate(of, new AbortController().signal);
    told(address.value.toString(16));
  } catch (error) {
    if (!(error instanceof ExhaustedError)) throw error;
    const node = allocator.holdings.tree.conduit('ipv4', of)?.nodes.get(of.node);
    expect(node?.leases.size, `node ${of.node} refuses`).toBe(2);
  }
}

function keyOf({ node, name }: ChildName): string {
  return `${node}/${name}`;
}
