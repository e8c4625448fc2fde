import type { Command } from 'commander';
import type { Template } from '../../api/job-template.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES } from '../../api/resources.ts';
import { compileTemplate } from '../../core/template/compile.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext, Work } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { describedParameter } from '../run/described-parameter.ts';
import { humanDuration } from '../terminal/human-duration.ts';
import { Table } from '../terminal/table.ts';
import { factLines } from '../describe/run-description.ts';
import { readTemplate, templateKey } from '../templates/find-template.ts';
import { storedRevisions } from '../templates/stored-revisions.ts';
import type { CommandHost } from './command.ts';
import { addDiffCommand } from './diff-command.ts';
import { addRenderCommand } from './render-command.ts';

interface TemplateFlags {
  clusterTemplate?: true;
}

const CLUSTER = '--cluster-template';

/** `template` and its commands */
export function addTemplateCommands(host: CommandHost): void {
  const { program, context, exit } = host;
  const templates = program.command('template').description('list, describe, render and compare templates');
  const inCluster = async (command: Command, work: Work<ClusterContext>): Promise<void> => {
    exit(await performInCluster(context, command, work));
  };
  templates
    .command('list')
    .description('list the templates of the namespace, or all ClusterJobTemplates')
    .option(CLUSTER, 'ClusterJobTemplates')
    .action((flags: TemplateFlags, command: Command) => inCluster(command, (cluster) => list(cluster, flags)));
  templates
    .command('describe')
    .description('show the parameters of a template, and what its runs may override')
    .argument('<template>', 'name of a JobTemplate')
    .option(CLUSTER, 'TEMPLATE is a ClusterJobTemplate')
    .action((name: string, flags: TemplateFlags, command: Command) =>
      inCluster(command, (cluster) => describe(cluster, name, flags)),
    );
  templates
    .command('revisions')
    .description('list the stored revisions of a template, the newest first')
    .argument('<template>', 'name of a JobTemplate')
    .action((name: string, _flags, command: Command) => inCluster(command, (cluster) => revisions(cluster, name)));
  addRenderCommand(templates, host);
  addDiffCommand(templates, host);
}

async function list(context: ClusterContext, { clusterTemplate }: TemplateFlags): Promise<number> {
  const { client, namespace, terminal, interrupted: signal } = context;
  const resource = clusterTemplate === true ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
  const page = clusterTemplate === true ? {} : { namespace };
  const { items } = await client.list<Template>(resource, page, { signal });
  const rows = items.map(({ metadata, parameters = [] }) => [
    metadata.name ?? '',
    parameters.map(({ name }) => name).join(', '),
    ageOf(context, metadata.creationTimestamp),
  ]);
  printTable(context, ['NAME', 'PARAMETERS', 'AGE'], rows);
  if (rows.length === 0) terminal.note('no templates');
  return EXIT.succeeded;
}

async function describe(context: ClusterContext, name: string, flags: TemplateFlags): Promise<number> {
  const { terminal } = context;
  const template = await readTemplate(context, templateKey(context, name, flags.clusterTemplate === true));
  const { revision, allowed, parameters } = compileTemplate(template);
  const facts = [
    ['Name', name],
    ['Revision', revision],
    ['Runs may override', allowed.join(', ')],
  ] as const;
  for (const line of factLines(facts)) terminal.print(line);
  if (parameters.length > 0) terminal.print('Parameters:');
  const described = parameters.map((parameter) => [parameter.name, describedParameter(parameter)] as const);
  for (const line of factLines(described, '  ')) terminal.print(line);
  return EXIT.succeeded;
}

async function revisions(context: ClusterContext, name: string): Promise<number> {
  const stored = await storedRevisions(context, name);
  const rows = stored.map(({ revision, created }) => [revision, ageOf(context, created)]);
  printTable(context, ['REVISION', 'AGE'], rows);
  return EXIT.succeeded;
}

function printTable({ terminal }: ClusterContext, header: readonly string[], rows: readonly string[][]): void {
  if (rows.length === 0) return;
  const table = new Table(header, rows);
  for (const line of [table.header(), ...rows.map((row) => table.row(row))]) terminal.print(line);
}

function ageOf({ now }: ClusterContext, time: string | undefined): string {
  const ms = Date.parse(time ?? '');
  return Number.isNaN(ms) ? '' : humanDuration(now() - ms);
}
