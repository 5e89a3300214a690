import { describe, expect, test } from 'vitest';
import { electionContract } from './election-contract.fixture.ts';
import { LocalElection } from './local-election.ts';

const forEver = new AbortController().signal;
const a = { id: 'a', address: '127.0.0.1:1' };
const b = { id: 'b', address: '127.0.0.1:2' };

function counting(from = 0n): () => Promise<bigint> {
  let token = from;
  return () => {
    token += 1n;
    return Promise.resolve(token);
  };
}

describe('the local election keeps the contract:', () => {
  electionContract(() => {
    const election = new LocalElection(counting());
    return Promise.resolve({
      join: (id) => election.join({ id, address: `127.0.0.1:1` }),
      [Symbol.asyncDispose]: () => Promise.resolve(),
    });
  });
});

test('the token is what the owner gives, once for each term', async () => {
  const election = new LocalElection(counting(41n));
  await using elector = election.join(a);
  expect((await elector.campaign({ signal: forEver })).token).toBe(42n);
});

test('a token that cannot be had ends the campaign, and the next candidate has its turn', async () => {
  const tokens = [() => Promise.reject(new Error('disk full')), counting()];
  const election = new LocalElection(() => tokens.shift()?.() ?? Promise.reject(new Error('one too many')));
  await using first = election.join(a);
  await using second = election.join(b);
  const failed = expect(first.campaign({ signal: forEver })).rejects.toThrow('disk full');
  const waiting = second.campaign({ signal: forEver });
  await failed;
  expect((await waiting).held).toBe(true);
});

test('a token that does not grow is refused: it would not fence', async () => {
  const election = new LocalElection(() => Promise.resolve(7n));
  await using elector = election.join(a);
  await (await elector.campaign({ signal: forEver })).resign();
  await expect(elector.campaign({ signal: forEver })).rejects.toThrow(/token 7 is not greater than 7/);
});

test('who gives up while the token is written does not lead', async () => {
  const written = Promise.withResolvers<bigint>();
  const election = new LocalElection(() => written.promise);
  await using elector = election.join(a);
  const patience = new AbortController();
  const campaign = elector.campaign({ signal: patience.signal });
  patience.abort(new Error('no longer'));
  written.resolve(1n);
  await expect(campaign).rejects.toThrow('no longer');
  elector.observe((leader) => expect(leader).toBeUndefined());
});
