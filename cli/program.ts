import { Command, CommanderError } from 'commander';
import packageJson from '../package.json' with { type: 'json' };
import { addClusterFlags } from './cluster/cluster-flags.ts';
import { addChangeCommands } from './commands/change-commands.ts';
import type { AddCommand, CommandHost } from './commands/command.ts';
import { addCompletionCommand } from './commands/completion-command.ts';
import { addDescribeCommand } from './commands/describe-command.ts';
import { addLintCommand } from './commands/lint-command.ts';
import { addListCommand } from './commands/list-command.ts';
import { addLogsCommand } from './commands/logs-command.ts';
import { addRerunCommand } from './commands/rerun-command.ts';
import { addRunCommand } from './commands/run-command.ts';
import { addTemplateCommands } from './commands/template-commands.ts';
import { addVersionCommand } from './commands/version-command.ts';
import { addWaitCommand } from './commands/wait-command.ts';
import { complete } from './completion/complete.ts';
import { COMPLETE } from './completion/shell-scripts.ts';
import type { Context } from './context.ts';
import { EXIT } from './outcome/exit-code.ts';
import { printable } from './terminal/printable.ts';

/** In the order of the help. */
const COMMANDS: readonly AddCommand[] = [
  addRunCommand,
  addLogsCommand,
  addRerunCommand,
  addWaitCommand,
  addListCommand,
  addDescribeCommand,
  addChangeCommands,
  addTemplateCommands,
  addLintCommand,
  addCompletionCommand,
  addVersionCommand,
];

const EXIT_CODES = `
Exit codes:
  0    the run succeeded
  1    the run failed
  2    nothing was started: refused, wrong usage, or not found
  3    the run did not finish in time
  4    the run was cancelled or deleted
  5    the outcome of the run is not known
  130  interrupted; a run that was started continues`;

/**
 * Runs one command line.
 *
 * @param args without the names of Node and of the program
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[], context: Context): Promise<number> {
  let exitCode: number = EXIT.nothingStarted;
  const dashes = args.indexOf('--');
  const afterDashes = dashes === -1 ? undefined : args.slice(dashes + 1);
  const exit = (code: number): void => {
    exitCode = code;
  };
  const program = createProgram({ context, exit, words: args, afterDashes });
  if (args[0] === COMPLETE) return complete(context, program, args.slice(1));
  try {
    await program.parseAsync(dashes === -1 ? args : args.slice(0, dashes), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return error.exitCode === 0 ? EXIT.succeeded : EXIT.nothingStarted;
  }
  return exitCode;
}

function createProgram(host: Omit<CommandHost, 'program'>): Command {
  const { context } = host;
  const { stdout, stderr } = context.terminal.streams;
  const program = new Command('kubectl jobrun')
    .description('Start JobRuns, follow them, and exit as they finish.')
    .version(packageJson.version, '--version', 'print the version of this program')
    .showHelpAfterError('(--help shows how it is used)')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(printable(text)),
    })
    .addHelpText('after', EXIT_CODES)
    .exitOverride();
  addClusterFlags(program);
  for (const add of COMMANDS) add({ ...host, program });
  return program;
}
