// The follower's state machine against models of its leaders: ours runs the leader's own state machine, a PD is as it
// was described. Whatever happens in whatever order, what is called live is where the leader is.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ModelFollower } from './world/model-follower.ts';
import { ModelLeader } from './world/model-leader.ts';
import { ModelPd, type PdNature } from './world/model-pd.ts';

type Action =
  | { readonly kind: 'put'; readonly id: number; readonly evicts: number | undefined }
  | { readonly kind: 'trim' | 'restart'; readonly records: number }
  | {
      readonly kind:
        | 'pump'
        | 'take'
        | 'cut'
        | 'due'
        | 'quiet'
        | 'commit'
        | 'crash'
        | 'reset'
        | 'succeed'
        | 'bad-frame'
        | 'begin'
        | 'settle'
        | 'refuse';
    };

/** What goes on when nothing goes wrong; settling makes the rest begin from a copy that is live. */
const usual = ['pump', 'pump', 'pump', 'take', 'take', 'take', 'begin', 'begin', 'commit', 'settle'] as const;
const faults = [
  'succeed',
  'cut',
  'cut',
  'cut',
  'due',
  'quiet',
  'crash',
  'reset',
  'bad-frame',
  'refuse',
] as const;

/** `puts`: how often there is something new, for 24 times that what there is goes on in one of these ways. */
const anyAction = (puts: number, ways: readonly (typeof usual)[number][]): fc.Arbitrary<Action> =>
  fc.oneof(
    {
      weight: puts,
      arbitrary: fc.record({
        kind: fc.constant('put' as const),
        id: fc.integer({ min: 1, max: 6 }),
        evicts: fc.option(fc.integer({ min: 1, max: 6 }), { nil: undefined, freq: 3 }),
      }),
    },
    { weight: 24, arbitrary: fc.record({ kind: fc.constantFrom(...ways) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom(...faults) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constantFrom('trim' as const, 'trim' as const, 'trim' as const, 'restart' as const),
        records: fc.integer({ min: 0, max: 3 }),
      }),
    },
  );

type AnyLeader = ModelLeader | ModelPd;

/** `leaders`: who may answer at the leader's address, in turns. */
function act(action: Action, leaders: readonly AnyLeader[], follower: ModelFollower, value: number): void {
  const { stream } = follower;
  switch (action.kind) {
    case 'put':
      for (const leader of leaders) leader.put({ id: action.id, evicts: action.evicts, value });
      return;
    case 'trim':
      for (const leader of leaders) leader.trim(action.records);
      return;
    case 'restart':
      for (const leader of leaders) leader.restart(action.records);
      return follower.lose();
    case 'succeed':
      if (stream !== undefined) stream.isOver = true;
      follower.leader = leaders[
        (leaders.indexOf(follower.leader as AnyLeader) + 1) % leaders.length
      ] as AnyLeader;
      return follower.lose();
    case 'pump':
      return void stream?.pump();
    case 'take':
      return void follower.take();
    case 'cut':
      if (stream !== undefined) stream.isOver = true;
      return;
    case 'quiet':
      return stream?.quiet();
    case 'commit':
      return follower.commit();
    case 'crash':
      return follower.crash();
    case 'begin':
      return begin(follower);
    case 'settle':
      return run(follower);
    case 'refuse':
      return follower.answer(false);
    case 'due':
      return follower.dispatch({ kind: 'due' });
    case 'reset':
      return follower.dispatch({ kind: 'reset', reason: 'test' });
    case 'bad-frame':
      if (stream !== undefined) follower.dispatch({ kind: 'bad-frame', detail: 'test' });
  }
}

/** Nothing goes wrong any more, and time passes: keepalives come, and where none does, silence is noticed. */
function settle(follower: ModelFollower): void {
  for (let keepalives = 0; keepalives < 3; ) {
    run(follower);
    follower.stream?.quiet();
    if (follower.stream?.frames.length === 0) follower.dispatch({ kind: 'due' });
    keepalives = follower.state.phase.kind === 'live' ? keepalives + 1 : 0;
  }
  run(follower);
}

/** The next attempt, or step of one. */
function begin(follower: ModelFollower): void {
  if (follower.isConnecting) follower.answer(true);
  else if (follower.state.phase.kind === 'backing-off') follower.dispatch({ kind: 'due' });
}

/** Whatever can go on goes on, until the leader has nothing to send. */
function run(follower: ModelFollower): void {
  for (let steps = 0; steps < 2_000; steps += 1) {
    begin(follower);
    if (follower.stream?.pump() !== true && !follower.take() && follower.stream !== undefined) return;
  }
  throw new Error(`it never settles: ${JSON.stringify(follower.state, shown)}`);
}

function shown(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}

function check(
  actions: readonly Action[],
  leaders: readonly AnyLeader[],
  invariant: (follower: ModelFollower) => void,
): void {
  const follower = new ModelFollower(leaders[0] as AnyLeader);
  for (const [at, action] of actions.entries()) {
    act(action, leaders, follower, at);
    invariant(follower);
  }
  settle(follower);
  invariant(follower);
  expect(follower.state.phase.kind).toBe('live');
  expect(follower.state.held.next).toBe(follower.leader.next);
  expect(String(follower.regions)).toBe(String(follower.leader.regions));
}

/** A copy of ours is what its position says, but while a delta is not whole. */
function isWhatItSays(leader: ModelLeader) {
  return ({ state, regions, mixedUntil }: ModelFollower) => {
    const { origin, next } = state.held;
    if (origin?.kind === 'ours' && next >= mixedUntil) expect(String(regions)).toBe(leader.states.get(next));
  };
}

const length = { maxLength: 120, size: 'max' } as const;
const walks = fc.array(anyAction(8, usual), length);
const exceptSettle = usual.filter((kind) => kind !== 'settle');
/** What is new comes seldom, and often between two frames. */
const slowWalks = fc.array(anyAction(3, exceptSettle), length);
const runs = { numRuns: 5_000 };

const natures = (isOld: boolean): fc.Arbitrary<PdNature> =>
  fc.record({
    isOld: fc.constant(isOld),
    first: fc.constantFrom(0, 0, 9),
    losesRegions: fc.boolean(),
    countsFromZero: fc.boolean(),
  });

test('a copy of ours is always what its position says, and ends where the leader is', () => {
  fc.assert(
    fc.property(walks, (actions) => {
      const leader = new ModelLeader();
      check(actions, [leader], isWhatItSays(leader));
    }),
    runs,
  );
});

test.each([
  ['of today', false],
  ['of before 2026', true],
])('a copy of a PD %s ends where the PD is', (_, isOld) => {
  fc.assert(
    fc.property(walks, natures(isOld), (actions, nature) => check(actions, [new ModelPd(nature)], () => {})),
    runs,
  );
});

test('a copy of a PD that loses its regions, and has none for long, ends where the PD is', () => {
  const poor = natures(false).map((nature) => ({ ...nature, first: 9, losesRegions: true }));
  fc.assert(
    fc.property(slowWalks, poor, (actions, nature) => check(actions, [new ModelPd(nature)], () => {})),
    runs,
  );
});

test.each([
  ['of today', false],
  ['of before 2026', true],
])('a copy ends where its leader is when a PD %s and ours take turns', (_, isOld) => {
  fc.assert(
    fc.property(walks, natures(isOld), (actions, nature) => {
      const leader = new ModelLeader();
      check(actions, [new ModelPd(nature), leader], isWhatItSays(leader));
    }),
    runs,
  );
});
