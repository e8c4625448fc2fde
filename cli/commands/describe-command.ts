import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { EVENTS, JOB_RUNS } from '../../api/resources.ts';
import type { ReportedEvent } from '../../api/wire.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { attemptTable } from '../describe/attempt-table.ts';
import { factLines, parameterFacts, resultFacts, runFacts } from '../describe/run-description.ts';
import type { Fact } from '../describe/run-description.ts';
import { runPods } from '../describe/run-pods.ts';
import type { RunPods } from '../describe/run-pods.ts';
import { timelineRows } from '../describe/timeline.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { Table } from '../terminal/table.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { findTemplate, templateKey } from '../templates/find-template.ts';
import type { CommandHost } from './command.ts';

/** `describe` */
export function addDescribeCommand({ program, context, exit }: CommandHost): void {
  program
    .command('describe')
    .description('show a run: what it runs, its attempts with their exit codes, why it waits or failed, and its Events')
    .argument('<run>', 'name of a JobRun')
    .action(async (name: string, _options, command: Command) => {
      exit(await performInCluster(context, command, (cluster) => describe(cluster, name)));
    });
}

async function describe(context: ClusterContext, name: string): Promise<number> {
  const { client, namespace, terminal, now, interrupted: signal } = context;
  const run = await client.get<JobRun>(JOB_RUNS, { namespace, name }, { signal });
  const [isSecret, found, events] = await Promise.all([
    secretsOf(context, run),
    runPods(context, run),
    eventsOf(context, run),
  ]);
  for (const line of factLines(runFacts(run, now()))) terminal.print(line);
  printFacts(terminal, 'Parameters', parameterFacts(run, isSecret));
  printFacts(terminal, 'Results', resultFacts(run));
  printPods(context, run, found);
  if (events !== undefined) printTable(terminal, 'Events', ['AGE', 'TYPE', 'REASON', 'MESSAGE'], events);
  return EXIT.succeeded;
}

function printPods({ terminal, now }: ClusterContext, run: JobRun, found: RunPods | string | undefined): void {
  const { job, pods = [] } = typeof found === 'object' ? found : {};
  printTable(terminal, 'Timeline', ['TIME', 'AFTER', 'WHAT'], timelineRows(run, pods));
  if (typeof found === 'string') terminal.note(found);
  if (job === undefined) return;
  const { header, rows } = attemptTable(job, pods, now());
  printTable(terminal, 'Attempts', header, rows);
}

function printFacts(terminal: Terminal, title: string, facts: readonly Fact[]): void {
  const lines = factLines(facts, '  ');
  if (lines.length > 0) terminal.print(`${title}:`);
  for (const line of lines) terminal.print(line);
}

function printTable(terminal: Terminal, title: string, header: readonly string[], rows: readonly string[][]): void {
  if (rows.length === 0) return;
  const table = new Table(header, rows);
  terminal.print(`${title}:`);
  for (const line of [table.header(), ...rows.map((row) => table.row(row))]) terminal.print(line);
}

/** If the template cannot be read, any parameter may be secret. */
async function secretsOf(context: ClusterContext, { spec }: JobRun): Promise<(name: string) => boolean> {
  const key = templateKey(context, spec.templateRef, spec.templateKind === 'ClusterJobTemplate');
  const template = await findTemplate(context, key, spec.templateRevision);
  const open = new Set(template?.parameters.filter(({ secret }) => secret !== true).map(({ name }) => name));
  return (name) => !open.has(name);
}

/** `undefined`: the user may not list them. */
async function eventsOf({ client, namespace, terminal, now, interrupted: signal }: ClusterContext, run: JobRun) {
  const fieldSelector = `regarding.uid=${run.metadata.uid ?? ''}`;
  try {
    const { items } = await client.list<ReportedEvent>(EVENTS, { namespace, fieldSelector, limit: 500 }, { signal });
    return items
      .toSorted((one, other) => timeOf(one) - timeOf(other))
      .map((event) => [humanDuration(now() - timeOf(event)), event.type ?? '', event.reason ?? '', event.note ?? '']);
  } catch (error) {
    if (!(error instanceof KubeApiError && error.code === 403)) throw error;
    terminal.note('you may not list Events');
    return undefined;
  }
}

function timeOf({ eventTime, deprecatedLastTimestamp, metadata }: ReportedEvent): number {
  return Date.parse(eventTime ?? deprecatedLastTimestamp ?? metadata?.creationTimestamp ?? '');
}
