import type { Command } from 'commander';
import type { Context } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { DIRECTIVE, FILES, NOTHING, offerLines } from './candidate.ts';
import type { Candidate, Offer } from './candidate.ts';
import { fromCluster, nameOf } from './cluster-sources.ts';
import type { Position } from './position.ts';
import { positionOf } from './position.ts';

/**
 * Prints what the shell offers for the last word of a command line, as kubectl expects it of a plugin. Errors offer nothing:
 * the user is typing.
 */
export async function complete(context: Context, program: Command, words: readonly string[]): Promise<number> {
  const position = positionOf(program, words);
  const { prefix, word } = position.target;
  const { candidates, directive } = await offer(context, position).catch(() => NOTHING);
  const whole = candidates.map((candidate) => ({ ...candidate, value: `${prefix}${candidate.value}` }));
  for (const line of offerLines({ candidates: whole, directive }, `${prefix}${word}`)) context.terminal.print(line);
  return EXIT.succeeded;
}

async function offer(context: Context, position: Position): Promise<Offer> {
  const { command, target } = position;
  switch (target.kind) {
    case 'command':
      return { candidates: commandsOf(command), directive: DIRECTIVE.noFiles };
    case 'flag':
      return { candidates: flagsOf(command), directive: DIRECTIVE.noFiles };
    case 'passed-on':
      return FILES;
    default:
      return valueOffer(context, position);
  }
}

async function valueOffer(context: Context, position: Position): Promise<Offer> {
  const name = nameOf(position);
  if (name === undefined) return NOTHING;
  const choices = position.target.kind === 'value' ? position.target.option.argChoices : undefined;
  if (choices) return { candidates: choices.map((value) => ({ value })), directive: DIRECTIVE.noFiles };
  return fromCluster(context, position, name);
}

function commandsOf(command: Command): Candidate[] {
  return command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.description() }));
}

/** Only the long flags. A user who knows a short one needs no completion of it. */
function flagsOf(command: Command): Candidate[] {
  const help = command.createHelp();
  return [...help.visibleOptions(command), ...help.visibleGlobalOptions(command)].flatMap(({ long, description }) =>
    long == null ? [] : [{ value: long, description }],
  );
}
