import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { duration } from '../cluster/cluster-flags.ts';
import { LOG_FORMATS } from './piece-format.ts';
import type { LogFormat } from './piece-format.ts';
import { PREFIXES } from './log-source.ts';
import type { Prefix } from './log-source.ts';

/** Which output of a run is shown, and how. */
export interface LogFlags {
  container?: string;
  attempt?: number | 'all';
  index?: number;
  prefix?: Prefix;
  timestamps?: true;
  tail?: number;
  /** In milliseconds. */
  since?: number;
  output?: LogFormat;
}

export function addLogFlags(command: Command): Command {
  return command
    .option('-c, --container <name>', 'only this container or init container')
    .option('--attempt <number>', 'only this attempt; all: every attempt (the default)', attempt)
    .option('--index <number>', 'only this index of an Indexed Job', wholeNumber)
    .addOption(
      new Option('--prefix <when>', 'name Pod and container before each line; auto: if several write at once').choices(
        PREFIXES,
      ),
    )
    .option('--timestamps', 'show when each line was written')
    .option('--tail <lines>', 'only the last lines of each container', wholeNumber)
    .option('--since <duration>', 'only lines of this time until now, such as 10m', duration)
    .addOption(
      new Option(
        '-o, --output <format>',
        'text: control characters are escaped on a terminal; raw: nothing but the output; json: an object for each line',
      ).choices(LOG_FORMATS),
    );
}

function attempt(text: string): number | 'all' {
  if (text === 'all') return text;
  const number = wholeNumber(text);
  if (number === 0) throw new InvalidArgumentError('The first attempt is 1.');
  return number;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}
