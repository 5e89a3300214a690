// `--until <state>`: what a watch that ends by itself waits for.

import { InvalidArgumentError, Option } from 'commander';

/** The option of a command that knows these states; what is typed may be of any letter case. */
export function untilOption<Goal extends string>(description: string, goals: readonly Goal[]): Option {
  // Choices first, for help and completion: they bring a parser of their own.
  return new Option('--until <state>', description).choices(goals).argParser((text): Goal => {
    const goal = goals.find((each) => each === text.toLowerCase());
    if (goal !== undefined) return goal;
    throw new InvalidArgumentError(`Allowed choices are ${goals.join(', ')}.`);
  });
}
