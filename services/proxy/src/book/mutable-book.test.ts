import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Held } from '../connection/connection.ts';
import { interfaceName, withInterface } from '../connection/mechanism.ts';
import { connectionOf } from '../world/connection.fixture.ts';
import { MutableBook } from './mutable-book.ts';
import { type BookState, type Change, holderName, type Owner } from './state.ts';

const connection = connectionOf('a');

// Few of everything, so that connections meet: also with addresses and names that another has.
const names = ['nsm-0', 'nsm-1', 'nsm-2', 'nsm-01', 'eth0'];
const addresses = ['10.0.0.1', '10.0.0.2', 'fd00::1'];
const id = fc.constantFrom('a', 'b', 'c');
const conduit = fc.constantFrom('edge', 'core');
const subnet = fc.nat(1);
const given = fc.array(
  fc.tuple(fc.constantFrom(...addresses), fc.constantFrom('/20', '/24')).map((parts) => parts.join('')),
  { maxLength: 2 },
);
const held = fc.record({ id, subnet, src: given, dst: given, name: fc.constantFrom(...names) }).map(heldOf);
const owner = fc.oneof(
  fc.constant<Owner>({ kind: 'bridge' }),
  id.map((each): Owner => ({ kind: 'connection', id: each })),
);
const owed = fc.record({ subnet, owner, interfaceName: fc.constantFrom(undefined, ...names) });
const change: fc.Arbitrary<Change> = fc.oneof(
  fc.record({ conduit, kind: fc.constant('put' as const), held }),
  fc.record({ conduit, kind: fc.constant('delete' as const), last: held }),
  fc.record({ conduit, kind: fc.constant('subnet' as const), subnet }),
  fc.record({ conduit, kind: fc.constant('owe' as const), owed }),
  fc.record({ conduit, kind: fc.constant('clear' as const), owed, why: fc.constant('wanted' as const) }),
);

interface Given {
  readonly id: string;
  readonly subnet: number;
  readonly src: readonly string[];
  readonly dst: readonly string[];
  readonly name: string;
}

function heldOf({ id: of, name, ...assigned }: Given): Held {
  const mechanism = withInterface(connection.mechanism, name);
  return { id: of, connection: { ...connection, mechanism }, assigned, sinceUnixMs: 0 };
}

const empty = (): BookState =>
  new Map(
    ['edge', 'core'].map((name) => [name, { subnet: 0, connections: new Map(), owed: new Map() }] as const),
  );

/** Who has the address, by looking at every connection. */
function holdersIn(state: BookState, address: string): string[] {
  return [...state].flatMap(([name, { connections }]) =>
    [...connections.values()]
      .filter(({ assigned }) =>
        [...assigned.src, ...assigned.dst].some((each) => each.startsWith(`${address}/`)),
      )
      .map((each) => holderName(name, { kind: 'connection', id: each.id })),
  );
}

/** The first name that no connection has and no owed release keeps. */
function freeIn(state: BookState): string {
  const used = [...state.values()].flatMap(({ connections, owed: releases }) => [
    ...[...connections.values()].map((each) => interfaceName(each.connection.mechanism)),
    ...[...releases.values()].map((each) => each.interfaceName),
  ]);
  for (let n = 0; ; n += 1) if (!used.includes(`nsm-${n}`)) return `nsm-${n}`;
}

test('after any changes, holders and the free name are what a look at all connections finds', () => {
  fc.assert(
    fc.property(fc.array(change, { maxLength: 30 }), (changes) => {
      const book = new MutableBook(empty());
      for (const each of changes) {
        book.apply(each);
        // What a start makes of the same state is asked too.
        for (const { holders, interfaceNames } of [book, new MutableBook(book.conduits)]) {
          for (const address of addresses)
            expect(holders.of(`${address}/32`).toSorted()).toEqual(
              holdersIn(book.conduits, address).toSorted(),
            );
          expect(interfaceNames.free).toBe(freeIn(book.conduits));
        }
      }
    }),
  );
});

test('a hundred thousand connections each get the next name, and an address that nobody has', () => {
  const book = new MutableBook(empty());
  const count = 100_000;
  for (let n = 0; n < count; n += 1) {
    const name = book.interfaceNames.free;
    const src = [`10.${n >> 16}.${(n >> 8) & 255}.${n & 255}/8`];
    if (name !== `nsm-${n}` || book.holders.of(src[0] ?? '').length > 0) expect.fail(`${n}: ${name}`);
    const next = heldOf({ id: String(n), subnet: 0, src, dst: [], name });
    book.apply({ conduit: 'edge', kind: 'put', held: next });
  }
  expect(book.interfaceNames.free).toBe(`nsm-${count}`);
  const last = book.conduits.get('edge')?.connections.get('7');
  if (last !== undefined) book.apply({ conduit: 'edge', kind: 'delete', last });
  expect([book.interfaceNames.free, book.holders.of('10.0.0.7')]).toEqual(['nsm-7', []]);
});
