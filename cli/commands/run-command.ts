import type { Command } from 'commander';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { checkedRun } from '../run/checked-run.ts';
import { runManifest } from '../run/run-manifest.ts';
import { addContentFlags, addStartFlags } from '../run/run-flags.ts';
import type { RunFlags } from '../run/run-flags.ts';
import { startChecked } from '../run/start-run.ts';
import type { CommandHost } from './command.ts';

/** `run` */
export function addRunCommand({ program, context, exit, words, afterDashes }: CommandHost): void {
  const command = program
    .command('run')
    .description('start a run of a template, wait for it, and exit as it finished')
    .argument('<template>', 'name of a JobTemplate')
    .usage('[options] <template> [-- ARGS...]');
  addStartFlags(addContentFlags(command)).action(async (template: string, flags: RunFlags, own: Command) => {
    exit(
      await performInCluster(context, own, (cluster) => start(cluster, template, { flags, words, args: afterDashes })),
    );
  });
}

async function start(
  context: ClusterContext,
  template: string,
  { flags, words, args }: { flags: RunFlags; words: readonly string[]; args: readonly string[] | undefined },
): Promise<number> {
  if (flags.attachIfExists === true && flags.name === undefined) {
    throw new CommandError(EXIT.nothingStarted, '--attach-if-exists needs the --name of the run');
  }
  const { namespace } = context;
  const checked = await checkedRun(context, {
    template,
    isCluster: flags.clusterTemplate === true,
    revision: flags.revision,
    flags,
    words,
    manifest: (parameters) => runManifest({ template, namespace, flags, parameters, args }),
  });
  return startChecked(context, checked, flags);
}
