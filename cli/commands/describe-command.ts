import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { EVENTS, JOB_RUNS } from '../../api/resources.ts';
import type { ReportedEvent } from '../../api/wire.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { factLines, parameterFacts, runFacts } from '../describe/run-description.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { Table } from '../terminal/table.ts';
import { findTemplate, templateKey } from '../templates/find-template.ts';
import type { CommandHost } from './command.ts';

/** `describe` */
export function addDescribeCommand({ program, context, exit }: CommandHost): void {
  program
    .command('describe')
    .description('show a run: what it runs, how it goes, why it waits or failed, and its Events')
    .argument('<run>', 'name of a JobRun')
    .action(async (name: string, _options, command: Command) => {
      exit(await performInCluster(context, command, (cluster) => describe(cluster, name)));
    });
}

async function describe(context: ClusterContext, name: string): Promise<number> {
  const { client, namespace, terminal, now, interrupted: signal } = context;
  const run = await client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  for (const line of factLines(runFacts(run, now()))) terminal.print(line);
  const parameters = factLines(parameterFacts(run, await secretsOf(context, run)), '  ');
  if (parameters.length > 0) terminal.print('Parameters:');
  for (const line of parameters) terminal.print(line);
  await printEvents(context, run);
  return EXIT.succeeded;
}

/** If the template cannot be read, any parameter may be secret. */
async function secretsOf(context: ClusterContext, { spec }: JobRun): Promise<(name: string) => boolean> {
  const key = templateKey(context, spec.templateRef, spec.templateKind === 'ClusterJobTemplate');
  const template = await findTemplate(context, key, spec.templateRevision);
  const open = new Set(template?.parameters.filter(({ secret }) => secret !== true).map(({ name }) => name));
  return (name) => !open.has(name);
}

async function printEvents(context: ClusterContext, run: JobRun): Promise<void> {
  const { client, namespace, terminal, now, interrupted: signal } = context;
  const fieldSelector = `regarding.uid=${run.metadata.uid ?? ''}`;
  try {
    const { items } = await client.list<ReportedEvent>(EVENTS, { namespace, fieldSelector, limit: 500 }, { signal });
    if (items.length === 0) return;
    const rows = items
      .toSorted((one, other) => timeOf(one) - timeOf(other))
      .map((event) => [humanDuration(now() - timeOf(event)), event.type ?? '', event.reason ?? '', event.note ?? '']);
    const table = new Table(['AGE', 'TYPE', 'REASON', 'MESSAGE'], rows);
    terminal.print('Events:');
    for (const line of [table.header(), ...rows.map((row) => table.row(row))]) terminal.print(line);
  } catch (error) {
    if (!(error instanceof KubeApiError && error.code === 403)) throw error;
    terminal.note('you may not list Events');
  }
}

function timeOf({ eventTime, deprecatedLastTimestamp, metadata }: ReportedEvent): number {
  return Date.parse(eventTime ?? deprecatedLastTimestamp ?? metadata?.creationTimestamp ?? '');
}
