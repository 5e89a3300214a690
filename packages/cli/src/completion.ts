// Shell completion: every command and option of the program, written out as a script. The script walks the words
// typed so far down the commands and offers what can come next.

import type { Command } from 'commander';

/** What can follow one command. */
interface Place {
  /** The commands that lead here, such as `ds create`; '' at the top. */
  readonly path: string;
  readonly commands: readonly string[];
  readonly options: readonly string[];
  /** Words for options that take one of a few. */
  readonly choices: readonly (readonly [flag: string, words: readonly string[]])[];
}

/** The completion script of a shell. */
export function completionScript(shell: 'bash' | 'zsh', program: Command): string {
  const places = placesOf(program, [], optionsOf(program));
  return shell === 'bash' ? bash(program.name(), places) : zsh(program.name(), places);
}

function placesOf(command: Command, path: readonly string[], globals: readonly string[]): Place[] {
  const place: Place = {
    path: path.join(' '),
    commands: command.commands.map((sub) => sub.name()),
    options: [...new Set([...optionsOf(command), ...globals, '--help'])],
    choices: command.options.flatMap(({ long, argChoices }) =>
      long == null || argChoices === undefined ? [] : [[long, argChoices] as const],
    ),
  };
  return [place, ...command.commands.flatMap((sub) => placesOf(sub, [...path, sub.name()], globals))];
}

function optionsOf(command: Command): string[] {
  return command.options.flatMap(({ long }) => (long == null ? [] : [long]));
}

function cases(places: readonly Place[]): string {
  const choices = places.flatMap(({ path, choices: all }) =>
    all.map(([flag, words]) => `    '${path} ${flag}') offer='${words.join(' ')}' ;;`),
  );
  const next = places.map(
    ({ path, commands, options }) => `    '${path}') offer='${[...commands, ...options].join(' ')}' ;;`,
  );
  return `  case "$at $before" in
${choices.join('\n')}
  esac
  [ -n "$offer" ] || case "$at" in
${next.join('\n')}
  esac`;
}

function walk(places: readonly Place[]): string {
  const paths = places.flatMap(({ path }) => (path === '' ? [] : [`'${path}'`]));
  return `    case "\${at:+$at }$word" in ${paths.join('|')}) at="\${at:+$at }$word" ;; esac`;
}

function bash(name: string, places: readonly Place[]): string {
  return `# ${name} completion for bash; use it by: source <(${name} completion bash)
_${name}() {
  local at='' offer='' before="\${COMP_WORDS[COMP_CWORD-1]}" word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
${walk(places)}
  done
${cases(places)}
  COMPREPLY=($(compgen -W "$offer" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _${name} ${name}
`;
}

function zsh(name: string, places: readonly Place[]): string {
  return `#compdef ${name}
# ${name} completion for zsh; use it by: source <(${name} completion zsh)
_${name}() {
  local at='' offer='' before="\${words[CURRENT-1]}" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
${walk(places)}
  done
${cases(places)}
  compadd -- \${=offer} || _files
}
compdef _${name} ${name}
`;
}
