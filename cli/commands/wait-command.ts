import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { duration } from '../cluster/cluster-flags.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { errorReport } from '../outcome/error-report.ts';
import { EXIT, exitCodeOfAll } from '../outcome/exit-code.ts';
import { outcomeText } from '../outcome/outcome-text.ts';
import { styled } from '../terminal/text.ts';
import { progressNotes } from '../watch/progress-notes.ts';
import { showRunStatus } from '../watch/run-status.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import { waitForRun } from '../watch/wait-for-run.ts';
import { timeLimit } from '../watch/time-limit.ts';
import type { CommandHost } from './command.ts';

/** `wait` */
export function addWaitCommand({ program, context, exit }: CommandHost): void {
  program
    .command('wait')
    .description('wait until runs have finished, and exit as they did')
    .argument('<run...>', 'names of JobRuns')
    .option('--timeout <duration>', 'how long to wait, such as 30m; without it, there is no limit', duration)
    .action(async (names: string[], { timeout }: { timeout?: number }, command: Command) => {
      exit(await performInCluster(context, command, (cluster) => waitForAll(cluster, names, timeout)));
    });
}

interface Waiting {
  signal: AbortSignal;
  isAlone: boolean;
}

async function waitForAll(context: ClusterContext, names: readonly string[], timeoutMs?: number): Promise<number> {
  const limit = timeLimit(context.interrupted, timeoutMs);
  try {
    const all = new Set(names);
    const waiting = { signal: limit.signal, isAlone: all.size === 1 };
    const codes = await Promise.all(Array.from(all, (name) => waitFor(context, name, waiting)));
    return exitCodeOfAll(codes);
  } finally {
    limit.stop();
  }
}

/** @param isAlone whether no other run is waited for: then its state is shown */
async function waitFor(context: ClusterContext, name: string, { signal, isAlone }: Waiting): Promise<number> {
  const { client, namespace, terminal } = context;
  const status = isAlone ? showRunStatus(context) : undefined;
  const [notes, onTrouble] = [progressNotes(terminal), troubleNotes(terminal)];
  const onVersion = (run: JobRun): void => {
    notes(run);
    status?.onVersion(run);
  };
  try {
    const outcome = await waitForRun({ client, namespace, name, signal, onVersion, onTrouble });
    status?.stop();
    terminal.note(outcomeText(name, outcome));
    return outcome.exitCode;
  } catch (error) {
    status?.stop();
    const { message, exitCode } = errorReport(error);
    if (exitCode !== EXIT.interrupted) terminal.note([styled('red', 'error:'), ` ${name}: ${message}`]);
    return exitCode;
  }
}
