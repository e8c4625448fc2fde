import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** Where a command is added. */
export interface CommandHost {
  program: Command;
  context: Context;
  /** Takes the exit code of the command. */
  exit: (code: number) => void;
  /** The whole command line, without the name of the program. */
  words: readonly string[];
  /** What follows `--` on the command line; `undefined` without it. */
  afterDashes: readonly string[] | undefined;
}

/** Adds one command, or some of a kind. */
export type AddCommand = (host: CommandHost) => void;
