import packageJson from '../../package.json' with { type: 'json' };
import { perform } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import type { CommandHost } from './command.ts';

/** `version` */
export function addVersionCommand({ program, context, exit }: CommandHost): void {
  program
    .command('version')
    .description('print the version of this program')
    .action(async () => {
      exit(
        await perform(context, ({ terminal }) => {
          terminal.print(`kubectl-jobrun ${packageJson.version}`);
          return Promise.resolve(EXIT.succeeded);
        }),
      );
    });
}
