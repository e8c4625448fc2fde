import { Option } from 'commander';
import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import { PHASES } from '../../api/names.ts';
import type { Phase } from '../../api/names.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { OBJECT_FORMATS, objectsText } from '../terminal/objects-text.ts';
import type { ObjectFormat } from '../terminal/objects-text.ts';
import { newestFirst } from '../watch/newest-first.ts';
import { listedRuns } from '../watch/listed-runs.ts';
import { runEvents } from '../watch/run-events.ts';
import { troubleNotes } from '../watch/trouble-notes.ts';
import type { CommandHost } from './command.ts';
import { RunTable } from './run-table.ts';

interface ListOptions {
  status?: Phase;
  allNamespaces?: true;
  watch?: true;
  output?: ObjectFormat | 'wide';
}

/** `list` */
export function addListCommand({ program, context, exit }: CommandHost): void {
  program
    .command('list')
    .alias('ls')
    .description('list runs, the newest first')
    .argument('[template]', 'only runs of this template')
    .addOption(new Option('--status <phase>', 'only runs in this phase').choices(PHASES))
    .option('-A, --all-namespaces', 'runs of all namespaces')
    .option('-w, --watch', 'after the list, print each change')
    .addOption(new Option('-o, --output <format>', 'how runs are printed').choices(['wide', ...OBJECT_FORMATS]))
    .action(async (template: string | undefined, options: ListOptions, command: Command) => {
      const selection = { template, ...options };
      exit(await performInCluster(context, command, (cluster) => list(cluster, selection)));
    });
}

type Listed = ListOptions & { template: string | undefined };

async function list(context: ClusterContext, options: Listed): Promise<number> {
  const { output } = options;
  if (options.watch === true) return watch(context, options);
  const { items } = await listedRuns(context.client, selectionOf(context, options), context.interrupted);
  items.sort(newestFirst);
  if (output !== undefined && output !== 'wide') {
    if (items.length > 0 || output !== 'name') context.terminal.print(objectsText(output, items));
  } else if (items.length === 0) {
    context.terminal.note(`no runs${options.allNamespaces === true ? '' : ` in namespace "${context.namespace}"`}`);
  } else {
    const table = new RunTable(items, { ...options, now: context.now, isWide: output === 'wide' });
    for (const line of table.lines(items)) context.terminal.print(line);
  }
  return EXIT.succeeded;
}

/** Until it is interrupted. */
async function watch(context: ClusterContext, options: Listed): Promise<number> {
  const { client, terminal, now, interrupted: signal } = context;
  const selection = selectionOf(context, options);
  const listed: JobRun[] = [];
  let table: RunTable | undefined;
  for await (const event of runEvents({ client, selection, signal, onTrouble: troubleNotes(terminal) })) {
    if (event.type === 'listed') {
      listed.sort(newestFirst);
      table = new RunTable(listed, { ...options, now, isWide: options.output === 'wide' });
      for (const line of table.lines(listed)) terminal.print(line);
    } else if (table === undefined) {
      listed.push(event.run);
    } else {
      terminal.print(table.line(event.run, event.type === 'deleted'));
    }
  }
  return EXIT.succeeded;
}

function selectionOf({ namespace }: ClusterContext, { template, status, allNamespaces }: Listed) {
  const fields = { 'spec.templateRef': template, 'status.phase': status };
  const selectors = Object.entries(fields).flatMap(([path, value]) => (value === undefined ? [] : `${path}=${value}`));
  return {
    ...(allNamespaces !== true && { namespace }),
    ...(selectors.length > 0 && { fieldSelector: selectors.join(',') }),
  };
}
