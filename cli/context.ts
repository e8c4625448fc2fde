import type { Command } from 'commander';
import type { Cluster } from './cluster/cluster.ts';
import { withCluster } from './cluster/cluster.ts';
import type { ClusterFlags } from './cluster/cluster-flags.ts';
import { EXIT } from './outcome/exit-code.ts';
import { errorReport } from './outcome/error-report.ts';
import type { Terminal } from './terminal/terminal.ts';
import { styled } from './terminal/text.ts';

/** What a command gets from the process. */
export interface Context {
  terminal: Terminal;
  env: NodeJS.ProcessEnv;
  now: () => number;
  /** Aborts with an `InterruptedError` when the user presses Ctrl-C, or the process is asked to end. */
  interrupted: AbortSignal;
}

/** A command with a cluster: everything that it works with. */
export interface ClusterContext extends Context, Cluster {}

/** What a command does; it returns the exit code. */
export type Work<C extends Context> = (context: C) => Promise<number>;

/** Does the work of a command, and reports its errors. @returns the exit code */
export async function perform(context: Context, work: Work<Context>): Promise<number> {
  try {
    return await work(context);
  } catch (error) {
    const { message, exitCode } = errorReport(error);
    if (exitCode !== EXIT.interrupted) context.terminal.note([styled('red', 'error:'), ` ${message}`]);
    return exitCode;
  }
}

/** Does the work of a command with the cluster that its flags choose. */
export async function performInCluster(
  context: Context,
  command: Command,
  work: Work<ClusterContext>,
): Promise<number> {
  return perform(context, () =>
    withCluster(command.optsWithGlobals<ClusterFlags>(), context.env, (cluster) => work({ ...context, ...cluster })),
  );
}
