import { Option } from 'commander';
import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { checkedRun } from '../run/checked-run.ts';
import { repeatedRun } from '../run/repeated-run.ts';
import { addParameterFlags, addStartFlags } from '../run/run-flags.ts';
import type { ContentFlags, StartFlags } from '../run/run-flags.ts';
import { startChecked } from '../run/start-run.ts';
import { newestFirst } from '../watch/newest-first.ts';
import { listedRuns } from '../watch/listed-runs.ts';
import type { CommandHost } from './command.ts';

type RerunFlags = StartFlags &
  Pick<ContentFlags, 'param' | 'paramsFile' | 'name'> & { last?: true; revision: 'same' | 'latest' };

type Given = RerunFlags & { words: readonly string[] };

/** `rerun` */
export function addRerunCommand({ program, context, exit, words }: CommandHost): void {
  const command = program
    .command('rerun')
    .description('start a run that does the same work as another one')
    .argument('[run]', 'name of a JobRun')
    .option('--last', 'the newest run of the namespace')
    .addOption(
      new Option('--revision <which>', 'the revision of the template').choices(['latest', 'same']).default('latest'),
    );
  addStartFlags(addParameterFlags(command)).action(
    async (name: string | undefined, flags: RerunFlags, own: Command) => {
      exit(await performInCluster(context, own, (cluster) => rerun(cluster, name, { ...flags, words })));
    },
  );
}

async function rerun(context: ClusterContext, name: string | undefined, flags: Given): Promise<number> {
  const original = await originalRun(context, name, flags.last === true);
  const checked = await checkedRun(context, {
    template: original.spec.templateRef,
    isCluster: original.spec.templateKind === 'ClusterJobTemplate',
    revision: flags.revision === 'same' ? original.spec.templateRevision : undefined,
    flags,
    words: flags.words,
    manifest: (parameters) => ({
      run: repeatedRun(original, { name: flags.name, parameters, revision: flags.revision }),
      mistakes: [],
    }),
  });
  return startChecked(context, checked, flags);
}

async function originalRun(context: ClusterContext, name: string | undefined, isLast: boolean): Promise<JobRun> {
  const { client, namespace, interrupted: signal } = context;
  if ((name === undefined) !== isLast) {
    throw new CommandError(EXIT.nothingStarted, 'give either the name of a run or --last');
  }
  if (name !== undefined) return client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  const { items } = await listedRuns(client, { namespace }, signal);
  const [newest] = items.sort(newestFirst);
  if (newest === undefined) throw new CommandError(EXIT.nothingStarted, `no runs in namespace "${namespace}"`);
  return newest;
}
