// One run of a scenario, from its choices to its end: a step, all that follows from it, the invariants, the
// next step.

import { type ChoiceSource, Choices } from './explorer-choices.ts';
import { catchRejections } from './explorer-rejections.ts';
import { Scheduler } from './explorer-scheduler.ts';
import { Simulation } from './explorer-simulation.ts';
import { type Failure, start, Tasks } from './explorer-tasks.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Sets up the parties and checks the end; explorer.ts says how to write one. */
export type Scenario = (simulation: Simulation) => void | Promise<void>;

/** How a run ended. */
export interface Outcome {
  readonly choices: Choices;
  readonly steps: number;
  /** A line a step. */
  readonly trace: () => readonly string[];
  readonly failure: Failure | undefined;
}

/**
 * Runs the scenario once; one of more than `maxSteps` steps has failed. What goes wrong is in the outcome.
 */
export async function runScenario(
  scenario: Scenario,
  source: ChoiceSource,
  maxSteps: number,
): Promise<Outcome> {
  const end = new AbortController();
  const clock = new VirtualClock();
  const choices = new Choices(source);
  const tasks = new Tasks(end.signal);
  const scheduler = new Scheduler(clock, choices);
  const simulation = new Simulation({ clock, scheduler, tasks }, choices, end.signal);
  using _ = catchRejections((error) => tasks.fail({ kind: 'unhandled', where: scheduler.last, error }));

  const main = tasks.open('the scenario', 'step');
  tasks.follow(
    main,
    start(() => scenario(simulation)),
  );
  for (;;) {
    await allThatFollows();
    simulation.checkInvariants();
    if (tasks.failure !== undefined) break;
    if (!tasks.isOpen(main) && !end.signal.aborted) {
      failIfAny('unfinished', tasks.unfinished(['step']));
      end.abort();
      continue;
    }
    if (scheduler.steps >= maxSteps) {
      const error = new Error(`no end after ${maxSteps} steps`);
      tasks.fail({ kind: 'endless', where: scheduler.last, error });
      break;
    }
    if (!step() && !simulation.wakeSettled()) {
      failIfAny('stuck', tasks.unfinished(['step', 'background']));
      break;
    }
  }
  return { choices, steps: scheduler.steps, trace: () => scheduler.trace(), failure: tasks.failure };

  function step(): boolean {
    try {
      return scheduler.step();
    } catch (error) {
      tasks.fail({ kind: 'threw', where: scheduler.last, error });
      return true;
    }
  }

  function failIfAny(kind: 'unfinished' | 'stuck', waiting: readonly string[]): void {
    if (waiting.length === 0) return;
    const where = waiting.join(', ');
    const what = kind === 'stuck' ? 'nothing can move' : 'the scenario returned (await settled() before)';
    tasks.fail({ kind, where, error: new Error(`${what} while these had not ended: ${where}`) });
  }
}

/** Every microtask and tick that a step set off has run when the next macrotask does. */
function allThatFollows(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  setImmediate(resolve);
  return promise;
}
