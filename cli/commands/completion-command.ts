import { installCompletion } from '../completion/install.ts';
import { shellScript, SHELLS } from '../completion/shell-scripts.ts';
import { perform } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import type { CommandHost } from './command.ts';

/** `completion` */
export function addCompletionCommand({ program, context, exit }: CommandHost): void {
  const completion = program
    .command('completion')
    .description('complete templates, runs, parameters and their values at the Tab key');
  completion
    .command('install')
    .description('let kubectl complete the words after "kubectl jobrun"')
    .action(async () => {
      exit(
        await perform(context, async ({ env, terminal }) => {
          const file = await installCompletion({ path: env.PATH ?? '', platform: process.platform });
          terminal.note(`installed ${file}; the shell also needs the completion of kubectl: kubectl completion --help`);
          return EXIT.succeeded;
        }),
      );
    });
  for (const shell of SHELLS) {
    completion
      .command(shell)
      .description(`print a script for ${shell} that completes kubectl-jobrun, without kubectl`)
      .action(async () => {
        exit(
          await perform(context, ({ terminal }) => {
            terminal.print(shellScript(shell).trimEnd());
            return Promise.resolve(EXIT.succeeded);
          }),
        );
      });
  }
}
