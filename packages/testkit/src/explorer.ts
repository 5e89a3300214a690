// Runs a scenario under many interleavings, each made up from a seed, and shrinks the first that fails.
// See explore() for how to write a scenario.

import { fairChoices, replayedChoices, unfairChoices } from './explorer-choice-source.ts';
import { type ChoiceSource, parseChoices } from './explorer-choices.ts';
import { ExplorationError } from './explorer-error.ts';
import { type Outcome, runScenario, type Scenario } from './explorer-run.ts';
import { type FailedRun, hasFailed, sameFailure, shrink } from './explorer-shrink.ts';

export type { Simulation } from './explorer-simulation.ts';

/** What to explore. */
export interface Exploration {
  /** Names the scenario in errors and replays; unique among the tests that are run together. */
  readonly name: string;
  /** How many interleavings, from seed 0 on; at least one is run. SYNCLINE_SEEDS=5000 or =x10 changes it. */
  readonly seeds: number;
  /** No new seed is begun after this much real time. It is stretched by what SYNCLINE_SEEDS adds. */
  readonly budgetMs: number;
  /** Fewer seeds than these within the budget are a failure, and how many there were is printed. None unless given. */
  readonly atLeast?: number;
  readonly run: Scenario;
  /** A run of more steps has failed; 10,000 unless given. */
  readonly maxSteps?: number;
  /**
   * Runs this alone, as an ExplorationError printed it; SYNCLINE_REPLAY does the same for the scenario it
   * names.
   */
  readonly replay?: string;
}

/** What was explored without a failure. */
export interface Explored {
  readonly seeds: number;
  readonly steps: number;
}

/** How long shrinking may take, in real time. */
const shrinkMs = 4_000;

/**
 * Runs the scenario once a seed, and throws an ExplorationError for the first run that fails.
 *
 * A scenario is a function of a Simulation. It makes the things under test with `sim.clock`, `sim.rng` and
 * `sim.signal`, sets the parties in motion, waits for the end and checks it:
 *
 * ```ts
 * test('no item is lost between producers and a slow consumer', async () => {
 *   await explore({ name: 'mailbox', seeds: 2_000, budgetMs: 5_000, run: async (sim) => {
 *     const mailbox = new Mailbox<number>({ name: 'm', capacity: 1 + sim.choose(3) });
 *     const got: number[] = [];
 *     sim.invariant('at most capacity', () => mailbox.depth <= mailbox.capacity);
 *     sim.background('consumer', async (signal) => {
 *       for await (const batch of mailbox.batches(2, signal)) {
 *         await sim.pause('work');                                    // ends whenever the seed says
 *         got.push(...batch);
 *       }
 *     });
 *     for (const n of [1, 2, 3]) sim.schedule(`put ${n}`, () => mailbox.put(n, sim.signal));
 *     await sim.settled();                                            // nothing can move any more
 *     expect(new Set(got)).toEqual(new Set([1, 2, 3]));
 *   } });
 * });
 * ```
 *
 * - A step (`schedule`) happens at any moment, and so do the deliveries of a `link`, each link in its own
 *   order. Between two steps every promise that can settle does, so code races only where it awaits a step, a
 *   `pause`, a link or the clock: give the thing under test collaborators that pause wherever the real ones
 *   would do I/O.
 * - The run fails when a step throws, a rejection is not handled, an invariant does not hold after a step,
 *   the scenario returns before its steps have ended, or somebody waits and nothing can move: a lost wake-up
 *   or a deadlock needs no check of its own.
 * - Time moves only to the next timer, and may do so before a step that is ready: a slow party and an early
 *   timeout look the same. `withinMs` on a step or link bounds how slow it is.
 * - `settled()` waits for all timers too. With a loop that never rests (heartbeats), wait for a moment
 *   instead: `await sleep(sim.clock, 60_000, sim.signal)`. When the scenario has returned, `sim.signal`
 *   aborts, and everything that still runs in the background must end.
 * - Take every choice from `sim.choose` or `sim.rng`, with 0 as the simplest; nothing may use the machine's
 *   time or randomness, or a run cannot be repeated.
 */
export async function explore(exploration: Exploration): Promise<Explored> {
  const { name, run, maxSteps = 10_000 } = exploration;
  const attempt = (source: ChoiceSource) => runScenario(run, source, maxSteps);

  const replay = exploration.replay ?? process.env.SYNCLINE_REPLAY;
  const named = replay?.startsWith(`${name}:`) ?? false;
  if (exploration.replay !== undefined && !named)
    throw new Error(`replay: "${replay}" is not one of ${name}`);
  if (replay !== undefined && named) {
    const outcome = await attempt(replayedChoices(parseChoices(replay.slice(name.length + 1))));
    if (hasFailed(outcome)) throw new ExplorationError(name, undefined, outcome, outcome);
    return { seeds: 1, steps: outcome.steps };
  }

  const { seeds, budgetMs } = scale(exploration, process.env.SYNCLINE_SEEDS);
  const began = performance.now();
  let steps = 0;
  let seed = 0;
  for (; seed < seeds && (seed === 0 || performance.now() - began < budgetMs); seed += 1) {
    const outcome = await attempt(seed % 2 === 0 ? fairChoices(seed) : unfairChoices(seed));
    steps += outcome.steps;
    if (hasFailed(outcome)) throw await simplify(name, seed, outcome, attempt);
  }
  if (exploration.atLeast !== undefined) {
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    const explored = `${name}: ${seed} seeds, ${steps} steps in ${seconds} s`;
    if (seed < Math.min(exploration.atLeast, seeds))
      throw new Error(`${explored}: at least ${exploration.atLeast} seeds are wanted`);
    console.info(explored);
  }
  return { seeds: seed, steps };
}

async function simplify(
  name: string,
  seed: number,
  found: FailedRun,
  attempt: (source: ChoiceSource) => Promise<Outcome>,
): Promise<Error> {
  const again = await attempt(replayedChoices(found.choices.taken));
  if (!hasFailed(again) || !sameFailure(again.failure, found.failure)) {
    const problem = `${name} failed at seed ${seed} but not when repeated: it uses time or chance of its own`;
    return new Error(problem, { cause: found.failure.error });
  }
  return new ExplorationError(name, seed, found, await shrink(found, attempt, shrinkMs));
}

/** Applies SYNCLINE_SEEDS: a number of seeds, or `x` and a factor. */
function scale(
  { seeds, budgetMs }: Exploration,
  setting: string | undefined,
): { seeds: number; budgetMs: number } {
  if (setting === undefined || setting === '') return { seeds, budgetMs };
  const [, times, digits] = /^(x?)(\d+)$/.exec(setting) ?? [];
  if (digits === undefined)
    throw new Error(`SYNCLINE_SEEDS must be a number, or x and a factor, not "${setting}"`);
  const wanted = times === 'x' ? seeds * Number(digits) : Number(digits);
  return { seeds: wanted, budgetMs: budgetMs * Math.max(1, wanted / seeds) };
}
