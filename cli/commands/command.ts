import type { Command } from 'commander';
import type { Context } from '../context.ts';

/** Where a command is added. */
export interface CommandHost {
  program: Command;
  context: Context;
  /** Takes the exit code of the command. */
  exit: (code: number) => void;
}

/** Adds one command, or some of a kind. */
export type AddCommand = (host: CommandHost) => void;
