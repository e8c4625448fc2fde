import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { checkedRun } from '../run/checked-run.ts';
import type { RunWish } from '../run/checked-run.ts';
import { createRun } from '../run/create-run.ts';
import { followRun } from '../run/follow-run.ts';
import { addContentFlags, addStartFlags } from '../run/run-flags.ts';
import type { RunFlags, StartFlags } from '../run/run-flags.ts';
import { objectText } from '../terminal/objects-text.ts';
import { styled } from '../terminal/text.ts';
import type { CommandHost } from './command.ts';

/** `run` */
export function addRunCommand({ program, context, exit, afterDashes }: CommandHost): void {
  const command = program
    .command('run')
    .description('start a run of a template, wait for it, and exit as it finished')
    .argument('<template>', 'name of a JobTemplate')
    .usage('[options] <template> [-- ARGS...]');
  addStartFlags(addContentFlags(command)).action(async (template: string, flags: RunFlags, own: Command) => {
    const wish = { template, flags, args: afterDashes };
    exit(await performInCluster(context, own, (cluster) => start(cluster, wish, flags)));
  });
}

/** Creates the run that is wished, and waits for it unless the flags say otherwise. */
async function start(context: ClusterContext, wish: RunWish, flags: StartFlags): Promise<number> {
  if (flags.attachIfExists === true && wish.flags.name === undefined) {
    throw new CommandError(EXIT.nothingStarted, '--attach-if-exists needs the --name of the run');
  }
  return startChecked(context, await checkedRun(context, wish), flags);
}

/** The same for a run that is known. */
export async function startChecked(
  context: ClusterContext,
  { run, declared }: Awaited<ReturnType<typeof checkedRun>>,
  flags: StartFlags,
): Promise<number> {
  const { terminal } = context;
  if (flags.dryRun === 'client') return printed(context, run, flags.output ?? 'yaml');
  const dryRun = flags.dryRun === 'server';
  const attachIfExists = flags.attachIfExists === true;
  const created = await createRun(context, { run, declared, dryRun, attachIfExists });
  if (dryRun) return printed(context, created, flags.output ?? 'yaml');
  terminal.note([styled('bold', `jobrun/${created.metadata.name ?? ''}`), ' created']);
  if (flags.output !== undefined || flags.detach === true) printed(context, created, flags.output ?? 'name');
  return flags.detach === true ? EXIT.succeeded : followRun(context, created, flags);
}

function printed({ terminal }: ClusterContext, run: JobRun, format: NonNullable<StartFlags['output']>): number {
  terminal.print(objectText(format, run));
  return EXIT.succeeded;
}
