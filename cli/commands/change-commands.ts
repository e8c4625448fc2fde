import type { Command } from 'commander';
import type { JobRunSpec } from '../../api/job-run.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { errorReport } from '../outcome/error-report.ts';
import { EXIT, exitCodeOfAll } from '../outcome/exit-code.ts';
import { styled } from '../terminal/text.ts';
import type { CommandHost } from './command.ts';

/** A command that sets a field of runs. */
interface Change {
  name: string;
  description: string;
  spec: Pick<JobRunSpec, 'cancel' | 'suspend'>;
  done: string;
}

const CHANGES: readonly Change[] = [
  { name: 'cancel', description: 'cancel runs: their Jobs are stopped', spec: { cancel: true }, done: 'cancelled' },
  { name: 'suspend', description: 'suspend runs: their Pods are deleted', spec: { suspend: true }, done: 'suspended' },
  { name: 'resume', description: 'resume suspended runs', spec: { suspend: false }, done: 'resumed' },
];

/** `cancel`, `suspend` and `resume` */
export function addChangeCommands({ program, context, exit }: CommandHost): void {
  for (const change of CHANGES) {
    program
      .command(change.name)
      .description(change.description)
      .argument('<run...>', 'names of JobRuns')
      .action(async (names: string[], _options, command: Command) => {
        exit(await performInCluster(context, command, (cluster) => changeAll(cluster, change, names)));
      });
  }
}

/** One after the other; a mistake in one name does not keep the others from being changed. */
async function changeAll(context: ClusterContext, change: Change, names: readonly string[]): Promise<number> {
  const codes: number[] = [];
  for (const name of new Set(names)) codes.push(await changeRun(context, change, name));
  return exitCodeOfAll(codes);
}

async function changeRun(context: ClusterContext, { spec, done }: Change, name: string): Promise<number> {
  const { client, namespace, terminal, interrupted } = context;
  const onWarning = (text: string): void => {
    terminal.note([styled('yellow', 'Warning:'), ` ${text}`]);
  };
  try {
    await client.patch(JOB_RUNS, { namespace, name }, { spec }, { signal: interrupted, onWarning });
  } catch (error) {
    interrupted.throwIfAborted();
    const { message, exitCode } = errorReport(error);
    terminal.note([styled('red', 'error:'), ` ${name}: ${message}`]);
    return exitCode;
  }
  terminal.print(`jobrun/${name} ${done}`);
  return EXIT.succeeded;
}
