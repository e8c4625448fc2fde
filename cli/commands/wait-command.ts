import type { Command } from 'commander';
import { duration } from '../cluster/cluster-flags.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { errorReport } from '../outcome/error-report.ts';
import { EXIT, exitCodeOfAll } from '../outcome/exit-code.ts';
import { outcomeText } from '../outcome/outcome-text.ts';
import { styled } from '../terminal/text.ts';
import { progressNotes } from '../watch/progress-notes.ts';
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

async function waitForAll(context: ClusterContext, names: readonly string[], timeoutMs?: number): Promise<number> {
  const limit = timeLimit(context.interrupted, timeoutMs);
  try {
    const codes = await Promise.all(Array.from(new Set(names), (name) => waitFor(context, name, limit.signal)));
    return exitCodeOfAll(codes);
  } finally {
    limit.stop();
  }
}

async function waitFor({ client, namespace, terminal }: ClusterContext, name: string, signal: AbortSignal) {
  try {
    const [onVersion, onTrouble] = [progressNotes(terminal), troubleNotes(terminal)];
    const outcome = await waitForRun({ client, namespace, name, signal, onVersion, onTrouble });
    terminal.note(outcomeText(name, outcome));
    return outcome.exitCode;
  } catch (error) {
    const { message, exitCode } = errorReport(error);
    if (exitCode !== EXIT.interrupted) terminal.note([styled('red', 'error:'), ` ${name}: ${message}`]);
    return exitCode;
  }
}
