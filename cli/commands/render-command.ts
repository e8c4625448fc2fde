import { Option } from 'commander';
import type { Command } from 'commander';
import type { JobRun } from '../../api/job-run.ts';
import type { Job } from '../../api/wire.ts';
import { hidingFromCreator } from '../../core/job/secret-values.ts';
import { render } from '../../core/job/render.ts';
import { runShapeErrors } from '../../core/run/run-shape.ts';
import { compileTemplate } from '../../core/template/compile.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { asTemplateErrors } from '../../core/template/template-reference.ts';
import type { ClusterFlags } from '../cluster/cluster-flags.ts';
import { perform, performInCluster } from '../context.ts';
import type { ClusterContext, Context } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { mistakeOfField, mistakesText } from '../run/flag-mistake.ts';
import type { FlagMistake } from '../run/flag-mistake.ts';
import { readGivenValues } from '../run/given-values.ts';
import { addContentFlags } from '../run/run-flags.ts';
import type { ContentFlags } from '../run/run-flags.ts';
import { runManifest } from '../run/run-manifest.ts';
import { typedValues } from '../run/typed-values.ts';
import { readRevision, readTemplate, templateKey } from '../templates/find-template.ts';
import { templateOfFile } from '../templates/template-of-file.ts';
import { objectText } from '../terminal/objects-text.ts';
import type { CommandHost } from './command.ts';

interface RenderFlags extends ContentFlags {
  filename?: string;
  output: 'yaml' | 'json';
}

/** What a Job is rendered from. */
interface Source {
  template: CompiledTemplate;
  namespace: string;
}

/** `template render` */
export function addRenderCommand(templates: Command, { context, exit, afterDashes }: CommandHost): void {
  const command = templates
    .command('render')
    .description('print the Job that a run of a template would get; it creates nothing')
    .argument('<template>', 'name of a JobTemplate')
    .usage('[options] <template> [-- ARGS...]')
    .option('-f, --filename <file>', 'take the template from a file or a folder, without a cluster; -: standard input')
    .addOption(new Option('-o, --output <format>', 'format of the Job').choices(['yaml', 'json']).default('yaml'));
  addContentFlags(command).action(async (name: string, flags: RenderFlags, own: Command) => {
    const print = async (source: Source): Promise<number> => {
      const run = await wantedRun(context, source, { name, flags, args: afterDashes });
      context.terminal.print(objectText(flags.output, jobOf(source, run)));
      return EXIT.succeeded;
    };
    const { filename } = flags;
    if (filename === undefined) {
      exit(await performInCluster(context, own, async (cluster) => print(await ofCluster(cluster, name, flags))));
      return;
    }
    const { namespace } = own.optsWithGlobals<ClusterFlags>();
    exit(await perform(context, async () => print(await ofFile(context, { name, flags, filename, namespace }))));
  });
}

async function ofCluster(cluster: ClusterContext, name: string, flags: RenderFlags): Promise<Source> {
  const { namespace } = cluster;
  const key = templateKey(cluster, name, flags.clusterTemplate === true);
  const present = compileTemplate(await readTemplate(cluster, key));
  if (flags.revision === undefined || flags.revision === present.revision) return { template: present, namespace };
  const template = await readRevision(cluster, key, flags.revision);
  if (template === undefined) throw refused(`the stored revision "${flags.revision}" of "${name}" cannot be read`);
  return { template, namespace };
}

interface InFile {
  name: string;
  flags: RenderFlags;
  filename: string;
  namespace: string | undefined;
}

async function ofFile({ terminal }: Context, { name, flags, filename, namespace }: InFile): Promise<Source> {
  if (flags.revision !== undefined)
    throw refused('--revision: a file has no older revisions; leave out one of the two');
  const kind = flags.clusterTemplate === true ? 'ClusterJobTemplate' : 'JobTemplate';
  const template = await templateOfFile({ path: filename, kind, name }, terminal.streams.stdin);
  return { template: compileTemplate(template), namespace: namespace ?? template.metadata.namespace ?? 'default' };
}

interface Wanted {
  run: JobRun;
  mistakes: FlagMistake[];
}

async function wantedRun(
  { terminal }: Context,
  { template, namespace }: Source,
  { name, flags, args }: { name: string; flags: RenderFlags; args: readonly string[] | undefined },
): Promise<Wanted> {
  const read = await readGivenValues(flags, terminal.streams.stdin);
  const typed = typedValues(read.given, template.parameters);
  const parameters = { ...read.fromFiles, ...typed.values };
  const { run, mistakes } = runManifest({ template: name, namespace, flags, parameters, args });
  return { run, mistakes: [...read.mistakes, ...typed.mistakes, ...mistakes] };
}

/** @throws CommandError with all mistakes */
function jobOf({ template }: Source, { run, mistakes }: Wanted): Job {
  const shape = runShapeErrors(run);
  const rendered = shape.length > 0 ? { errors: shape, of: 'run' as const } : render(template, run);
  if ('job' in rendered && mistakes.length === 0) return rendered.job;
  const found =
    'job' in rendered ? [] : rendered.of === 'run' ? rendered.errors : asTemplateErrors(rendered.errors, run);
  const all = [...mistakes, ...found.map((error) => mistakeOfField(error, template.parameters))];
  throw refused(hidingFromCreator(template, run)(mistakesText(run, all)));
}

function refused(message: string): CommandError {
  return new CommandError(EXIT.nothingStarted, message);
}
