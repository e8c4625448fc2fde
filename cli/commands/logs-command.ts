import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { isNotFound } from '../../kube/client/api-error.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { addLogFlags } from '../logs/log-flags.ts';
import type { LogFlags } from '../logs/log-flags.ts';
import { followOutput } from '../logs/follow-output.ts';
import { readRun } from '../logs/run-logs.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { outcomeOf } from '../outcome/run-outcome.ts';
import { progressNotes } from '../watch/progress-notes.ts';
import { showRunStatus } from '../watch/run-status.ts';
import { notFoundText } from '../watch/wait-for-run.ts';
import type { CommandHost } from './command.ts';

interface LogsOptions extends LogFlags {
  follow?: true;
}

/** `logs` */
export function addLogsCommand({ program, context, exit }: CommandHost): void {
  const command = program
    .command('logs')
    .description('print the output of a run: all Pods, containers and attempts')
    .argument('<run>', 'name of a JobRun')
    .option('-f, --follow', 'until the run has finished');
  addLogFlags(command).action(async (name: string, options: LogsOptions, given: Command) => {
    exit(await performInCluster(context, given, (cluster) => logs(cluster, name, options)));
  });
}

async function logs(context: ClusterContext, name: string, { follow, ...flags }: LogsOptions): Promise<number> {
  const { interrupted: signal, terminal } = context;
  if (follow === true) {
    return followLogs(context, name, flags);
  }
  const run = await runOf(name, context);
  if (run.status?.jobName === undefined) {
    terminal.note(`jobrun/${name} has no output: it has no Job${outcomeOf(run) ? '' : ' yet'}`);
    return EXIT.succeeded;
  }
  const finished = outcomeOf(run) ? AbortSignal.abort() : new AbortController().signal;
  await readRun({ run, flags, follow: false, finished, signal }, context);
  return EXIT.succeeded;
}

async function followLogs(context: ClusterContext, name: string, flags: LogFlags): Promise<number> {
  const { interrupted: signal, terminal } = context;
  const notes = progressNotes(terminal);
  const status = showRunStatus(context);
  const onVersion = (run: JobRun): void => {
    notes(run);
    status.onVersion(run);
  };
  try {
    const { logError } = await followOutput({ name, signal, flags, onVersion }, context);
    if (logError !== undefined) throw logError;
    return EXIT.succeeded;
  } finally {
    status.stop();
  }
}

async function runOf(name: string, { client, namespace, interrupted: signal }: ClusterContext): Promise<JobRun> {
  try {
    return await client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  } catch (cause) {
    if (!isNotFound(cause)) throw cause;
    throw new CommandError(EXIT.nothingStarted, notFoundText({ namespace, name }), { cause });
  }
}
