import { createLogger } from '@syncline/telemetry/logger.ts';
import { VirtualClock } from '@syncline/testkit/virtual-clock.ts';
import { expect, test } from 'vitest';
import type { Planned } from '../book/book.ts';
import { MutableBook } from '../book/mutable-book.ts';
import type { Held } from '../connection/connection.ts';
import { zeroCounts } from '../counts.ts';
import { connectionOf } from '../world/connection.fixture.ts';
import { Claims } from './claims.ts';

const bridge = { kind: 'bridge' } as const;

function held(id: string, src: string): Held {
  return { id, connection: connectionOf(id), assigned: { subnet: 0, src: [src], dst: [] }, sinceUnixMs: 0 };
}

/** Conduit edge has bridge .1 and connection a at .2, conduit core bridge .9 and connection b at .3. */
class Scene {
  readonly counts = zeroCounts();
  renewals = 0;
  readonly clock = new VirtualClock();
  readonly book = new MutableBook(
    new Map([
      ['edge', { subnet: 0, connections: new Map([['a', held('a', '10.0.0.2/24')]]), owed: new Map() }],
      ['core', { subnet: 0, connections: new Map([['b', held('b', '10.0.0.3/24')]]), owed: new Map() }],
    ]),
  );
  readonly claims = new Claims({
    clock: this.clock,
    logger: createLogger({ service: 'proxy', instance: 'test', level: 'silent' }),
    counts: this.counts,
    connections: this.book.holders,
    everyMs: 1_000,
    renew: () => (this.renewals += 1),
  });

  constructor() {
    this.claims.bridge('edge', ['10.0.0.1/24']);
    this.claims.bridge('core', ['10.0.0.9/24']);
  }

  /** As the book makes it. */
  make<Answer>({ changes, answer, made }: Planned<Answer>): Answer {
    for (const change of changes) this.book.apply(change);
    made?.();
    return answer;
  }

  /** The IPAM gives a connection this address. */
  give(conduit: string, id: string, src: string): string | undefined {
    const change = { conduit, kind: 'put', held: held(id, src) } as const;
    const owner = { kind: 'connection', id } as const;
    const plan = () => ({ changes: [change] });
    return this.make(this.claims.put(this.book.conduits, { conduit, owner, addresses: [src], plan }));
  }

  /** The IPAM gives a bridge this address. */
  giveBridge(conduit: string, address: string): string | undefined {
    const made = () => this.claims.bridge(conduit, [address]);
    const plan = () => ({ changes: [], made });
    return this.make(
      this.claims.put(this.book.conduits, { conduit, owner: bridge, addresses: [address], plan }),
    );
  }

  srcOf(conduit: string, id: string): string | undefined {
    return this.book.conduits.get(conduit)?.connections.get(id)?.assigned.src[0];
  }
}

test('a new connection cannot have what a bridge or a connection of any conduit has, whatever the length', () => {
  const { claims, counts } = new Scene();
  const check = (address: string) =>
    claims.check({ conduit: 'edge', owner: { kind: 'connection', id: 'new' }, addresses: [address] });
  expect(check('10.0.0.1/24')).toBe(
    'the ipam gave 10.0.0.1/24 to connection new of conduit "edge", which bridge of conduit "edge" has',
  );
  expect(check('10.0.0.3/20')).toContain('which connection b of conduit "core" has');
  expect(check('10.0.0.4/24')).toBeUndefined();
  expect(counts.clashes).toBe(2);
});

test('connections of two conduits and a bridge that get one another’s addresses change at once', () => {
  const scene = new Scene();
  expect(scene.give('edge', 'a', '10.0.0.3/24')).toContain('which connection b of conduit "core" has');
  expect(scene.give('core', 'b', '10.0.0.1/24')).toContain('which bridge of conduit "edge" has');
  expect([scene.srcOf('edge', 'a'), scene.srcOf('core', 'b')]).toEqual(['10.0.0.2/24', '10.0.0.3/24']);
  expect(scene.giveBridge('edge', '10.0.0.2/24')).toBeUndefined();
  expect([scene.srcOf('edge', 'a'), scene.srcOf('core', 'b')]).toEqual(['10.0.0.3/24', '10.0.0.1/24']);
});

test('a claim that was dropped makes room for nobody', () => {
  const scene = new Scene();
  scene.give('edge', 'a', '10.0.0.3/24');
  scene.claims.drop('edge', { kind: 'connection', id: 'a' });
  expect(scene.give('core', 'b', '10.0.0.2/24')).toContain('which connection a of conduit "edge" has');
  expect(scene.srcOf('core', 'b')).toBe('10.0.0.3/24');
});

test('everything is renewed at the first clash, and again only a while later', () => {
  const scene = new Scene();
  scene.give('edge', 'a', '10.0.0.9/24');
  scene.give('edge', 'a', '10.0.0.9/24');
  expect(scene.renewals).toBe(1);
  scene.clock.advance(1_000);
  scene.give('edge', 'a', '10.0.0.9/24');
  expect(scene.renewals).toBe(2);
  expect(scene.counts.clashes).toBe(3);
});
