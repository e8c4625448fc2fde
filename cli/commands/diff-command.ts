import type { Command } from 'commander';
import type { Template } from '../../api/job-template.ts';
import type { TemplateKind } from '../../api/names.ts';
import { compileTemplate } from '../../core/template/compile.ts';
import type { TemplateKey } from '../../core/template/template-key.ts';
import { sortKeys } from '../../core/template/template-revision.ts';
import { performInCluster } from '../context.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { readRevision, readTemplate, templateKey } from '../templates/find-template.ts';
import { storedRevisions } from '../templates/stored-revisions.ts';
import { templateOfFile } from '../templates/template-of-file.ts';
import { unifiedDiff } from '../terminal/unified-diff.ts';
import type { NamedText } from '../terminal/unified-diff.ts';
import { yamlText } from '../terminal/yaml-text.ts';
import type { CommandHost } from './command.ts';

interface DiffFlags {
  clusterTemplate?: true;
}

/** One side of a difference. */
interface Side {
  name: string;
  /** Its fields, without those of every object. */
  fields: object;
}

const REVISION = /^[0-9a-f]{10}$/;

/** `template diff` */
export function addDiffCommand(templates: Command, { context, exit }: CommandHost): void {
  const command = templates
    .command('diff')
    .description('show what differs between revisions of a template, or between a template and a file')
    .argument('<template>', 'name of a JobTemplate')
    .argument('[from]', 'a revision; without it, the one before the present. A file: what applying it would change')
    .argument('[to]', 'a revision or a file; without it, the present template')
    .option('--cluster-template', 'TEMPLATE is a ClusterJobTemplate');
  command.action(async (name: string, from: string | undefined, to: string | undefined, flags: DiffFlags) => {
    exit(await performInCluster(context, command, (cluster) => diff(cluster, { name, from, to, flags })));
  });
}

interface Wanted {
  name: string;
  from: string | undefined;
  to: string | undefined;
  flags: DiffFlags;
}

async function diff(context: ClusterContext, { name, from, to, flags }: Wanted): Promise<number> {
  const key = templateKey(context, name, flags.clusterTemplate === true);
  const isFile = from !== undefined && !REVISION.test(from);
  if (isFile && to !== undefined)
    throw refused(`"${from}" is no revision; of a revision and a file, give the revision first`);
  const [before, after] = isFile
    ? [await present(context, key), await sideOf(context, key, from)]
    : await revisionAnd(context, key, { from, to });
  const lines = unifiedDiff(textOf(before, after), textOf(after, before));
  for (const line of lines) context.terminal.print(line);
  if (lines.length === 0) context.terminal.note(`no difference between ${before.name} and ${after.name}`);
  return EXIT.succeeded;
}

async function revisionAnd(
  context: ClusterContext,
  key: TemplateKey,
  { from, to }: Pick<Wanted, 'from' | 'to'>,
): Promise<[Side, Side]> {
  const after = to === undefined ? await present(context, key) : await sideOf(context, key, to);
  return [await sideOf(context, key, from ?? (await previousRevision(context, key))), after];
}

async function previousRevision(context: ClusterContext, key: TemplateKey): Promise<string> {
  if (key.namespace === undefined) throw refused('of a ClusterJobTemplate, only the difference to a file can be shown');
  const { revision: current } = compileTemplate(await readTemplate(context, key));
  const older = (await storedRevisions(context, key.name)).find(({ revision }) => revision !== current);
  if (older !== undefined) return older.revision;
  throw refused(`JobTemplate "${key.name}" has no other revision that is stored; give a file to compare it with`);
}

async function present(context: ClusterContext, key: TemplateKey): Promise<Side> {
  return { name: `${key.name} (present)`, fields: await readTemplate(context, key) };
}

async function sideOf(context: ClusterContext, key: TemplateKey, wanted: string): Promise<Side> {
  if (!REVISION.test(wanted)) return fileSide(context, { path: wanted, kind: key.kind, name: key.name });
  const name = `${key.name} ${wanted}`;
  const current = compileTemplate(await readTemplate(context, key));
  if (current.revision === wanted) return { name, fields: current.content };
  if (key.namespace === undefined) throw refused('of a ClusterJobTemplate, only the difference to a file can be shown');
  const stored = await readRevision(context, key, wanted);
  if (stored === undefined) throw refused(`the stored revision "${wanted}" cannot be read`);
  return { name, fields: stored.content };
}

async function fileSide(
  { terminal }: ClusterContext,
  file: { path: string; kind: TemplateKind; name: string },
): Promise<Side> {
  return { name: file.path, fields: await templateOfFile(file, terminal.streams.stdin) };
}

/** Whole templates also have what is no part of a revision: it is compared if both sides have it. */
function textOf({ name, fields }: Side, other: Side): NamedText {
  const shown = isTemplate(fields) && isTemplate(other.fields) ? ownFields(fields) : contentOf(fields);
  return { name, text: yamlText(JSON.parse(JSON.stringify(shown, sortKeys))).trimEnd() };
}

function isTemplate(fields: object): fields is Template {
  return 'kind' in fields;
}

function contentOf(fields: object): object {
  return isTemplate(fields) ? compileTemplate(fields).content : fields;
}

function ownFields(template: Template): object {
  const { spec, jobMetadata, parameters, overrides, results, resultsFrom, revisions, runs } = template;
  return { spec, jobMetadata, parameters, overrides, results, resultsFrom, revisions, runs };
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.nothingStarted, message);
}
