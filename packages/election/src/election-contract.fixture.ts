// What every election engine promises, as tests: an engine's own test file calls electionContract().

import { aborted } from '@syncline/runtime/stop-signal.ts';
import { expect, test } from 'vitest';
import { AlreadyCandidateError, ElectorClosedError, LeadershipLostError } from './election-errors.ts';
import type { Elector, Leader } from './elector.ts';

/** An election that nobody has won yet. Disposing it frees what the engine needs, after all its electors. */
export interface ElectionUnderTest extends AsyncDisposable {
  join(candidateId: string): Elector;
}

const forEver = new AbortController().signal;

/** Declares the tests that an engine must pass; each makes an election of its own. */
export function electionContract(makeElection: () => Promise<ElectionUnderTest>): void {
  test('a lone candidate wins and everybody sees it lead', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    const leadership = await a.campaign({ signal: forEver });
    expect(leadership.held).toBe(true);
    const { token } = leadership;
    for (const elector of [a, b]) {
      expect(await seen(elector, (leader) => leader !== undefined)).toEqual({ ...a.candidate, token });
    }
  });

  test('each term has a greater token, whoever wins it', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    let before = 0n;
    for (const elector of [a, b, b, a]) {
      const leadership = await elector.campaign({ signal: forEver });
      expect(leadership.token).toBeGreaterThan(before);
      before = leadership.token;
      await leadership.resign();
    }
  });

  test('nobody wins before the leader has lost', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    const first = await a.campaign({ signal: forEver });
    const order: string[] = [];
    first.lost.addEventListener('abort', () => order.push('a lost'));
    const second = b.campaign({ signal: forEver }).then((leadership) => {
      order.push('b won');
      return leadership;
    });
    await seen(b, (leader) => leader?.id === 'a');
    expect(order).toEqual([]);
    await first.resign();
    expect((await second).token).toBeGreaterThan(first.token);
    expect(order).toEqual(['a lost', 'b won']);
    await seen(a, (leader) => leader?.id === 'b');
  });

  test('a term that was resigned is lost for good, also when its candidate wins again', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    const first = await a.campaign({ signal: forEver });
    const resigned = first.resign();
    expect([first.held, first.lost.aborted]).toEqual([false, true]);
    expect(first.lost.reason).toBeInstanceOf(LeadershipLostError);
    await resigned;
    const second = await a.campaign({ signal: forEver });
    await first.resign();
    expect([first.held, second.held]).toEqual([false, true]);
  });

  test('a candidate that gave up is not elected', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    await using c = election.join('c');
    const first = await a.campaign({ signal: forEver });
    const patience = new AbortController();
    const given = b.campaign({ signal: patience.signal });
    const waiting = c.campaign({ signal: forEver });
    patience.abort(new Error('no longer'));
    await expect(given).rejects.toThrow('no longer');
    await first.resign();
    expect((await waiting).held).toBe(true);
    await expect(b.campaign({ signal: patience.signal })).rejects.toThrow('no longer');
  });

  test('who leads or campaigns cannot campaign', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    const leadership = await a.campaign({ signal: forEver });
    await expect(a.campaign({ signal: forEver })).rejects.toThrow(AlreadyCandidateError);
    const waiting = b.campaign({ signal: forEver });
    await expect(b.campaign({ signal: forEver })).rejects.toThrow(AlreadyCandidateError);
    await leadership.resign();
    await waiting;
  });

  test('an elector that is disposed of resigns, and its campaign ends', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    await using c = election.join('c');
    const leadership = await a.campaign({ signal: forEver });
    const ended = expect(b.campaign({ signal: forEver })).rejects.toThrow(ElectorClosedError);
    await b[Symbol.asyncDispose]();
    await ended;
    const lost = aborted(leadership.lost);
    await a[Symbol.asyncDispose]();
    await lost;
    expect((await c.campaign({ signal: forEver })).held).toBe(true);
    await expect(a.campaign({ signal: forEver })).rejects.toThrow(ElectorClosedError);
  });

  test('an observer that was disposed of hears no more, and others do', async () => {
    await using election = await makeElection();
    await using a = election.join('a');
    await using b = election.join('b');
    const heard: (Leader | undefined)[] = [];
    b.observe((leader) => heard.push(leader))[Symbol.dispose]();
    const before = heard.length;
    const { token } = await a.campaign({ signal: forEver });
    expect(await seen(b, (leader) => leader?.token === token)).toMatchObject({ id: 'a' });
    expect(heard).toHaveLength(before);
  });
}

/** The first leader that `accept` takes, among those the elector's observers are told. */
async function seen(
  elector: Elector,
  accept: (leader: Leader | undefined) => boolean,
): Promise<Leader | undefined> {
  const { promise, resolve } = Promise.withResolvers<Leader | undefined>();
  using _observer = elector.observe((leader) => {
    if (accept(leader)) resolve(leader);
  });
  return await promise;
}
