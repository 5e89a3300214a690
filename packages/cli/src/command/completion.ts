// `syncline completion`: a script for one's shell.

import { Argument, Command } from 'commander';
import { completionScript } from '../completion.ts';

/** The command; it describes the program that it is added to. */
export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>').choices(['bash', 'zsh']))
    .addHelpText('after', '\nFor the shell at hand: source <(syncline completion bash)')
    .action((shell: 'bash' | 'zsh') => {
      process.stdout.write(completionScript(shell, program));
    });
}
