import { Option } from 'commander';
import type { Command } from 'commander';
import { counted } from '../../core/errors/counted.ts';
import type { ClusterFlags } from '../cluster/cluster-flags.ts';
import { perform, performInCluster } from '../context.ts';
import type { Context } from '../context.ts';
import { askServer } from '../lint/ask-server.ts';
import type { Problem } from '../lint/finding.ts';
import { lint } from '../lint/lint.ts';
import type { LintedManifest } from '../lint/lint.ts';
import { problemsOf, readManifests } from '../lint/read-manifests.ts';
import type { Manifests } from '../lint/read-manifests.ts';
import { REPORT_FORMATS, reportLines, severities } from '../lint/report.ts';
import type { ReportFormat } from '../lint/report.ts';
import { EXIT } from '../outcome/exit-code.ts';
import type { CommandHost } from './command.ts';

interface LintFlags {
  server?: true;
  output: ReportFormat;
}

/** `lint` */
export function addLintCommand({ program, context, exit }: CommandHost): void {
  program
    .command('lint')
    .description('check JobRuns and templates in files, as the cluster does when they are applied')
    .argument('<path...>', 'files and folders with YAML or JSON; -: the standard input')
    .option('--server', 'let the cluster check what the files alone do not decide')
    .addOption(new Option('-o, --output <format>', 'format of the report').choices(REPORT_FORMATS).default('text'))
    .action(async (paths: string[], flags: LintFlags, own: Command) => {
      const { namespace } = own.optsWithGlobals<ClusterFlags>();
      if (flags.server !== true) {
        exit(await perform(context, async () => offline(context, await read(context, paths), { flags, namespace })));
        return;
      }
      exit(
        await performInCluster(context, own, async (cluster) => {
          const found = await read(cluster, paths);
          const linted = await askServer(cluster, lint(found.manifests, cluster.namespace));
          return report(cluster, { found, linted, flags });
        }),
      );
    });
}

function read({ terminal }: Context, paths: readonly string[]): Promise<Manifests> {
  return readManifests(paths, terminal.streams.stdin);
}

function offline(
  context: Context,
  found: Manifests,
  { flags, namespace }: { flags: LintFlags; namespace: string | undefined },
): number {
  return report(context, { found, linted: lint(found.manifests, namespace), flags });
}

interface Result {
  found: Manifests;
  linted: readonly LintedManifest[];
  flags: LintFlags;
}

function report({ terminal }: Context, { found, linted, flags }: Result): number {
  const ofObjects = linted.flatMap(({ manifest, findings, unknown }) =>
    problemsOf(manifest, [...findings, ...unknown]),
  );
  const problems = [...found.problems, ...ofObjects].toSorted(byPlace);
  const counts = { files: found.files, objects: linted.length, passedOver: found.passedOver };
  for (const line of reportLines(flags.output, problems, counts)) terminal.print(line);
  const { errors, warnings } = severities(problems);
  const checked = `checked ${counted(counts.objects, 'object')} in ${counted(counts.files, 'file')}`;
  const passedOver = counts.passedOver === 0 ? '' : `; passed over ${counts.passedOver} of other kinds`;
  terminal.note(`${checked}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}${passedOver}`);
  return errors > 0 ? EXIT.nothingStarted : EXIT.succeeded;
}

function byPlace(a: Problem, b: Problem): number {
  if (a.file !== b.file) return a.file < b.file ? -1 : 1;
  return a.line - b.line;
}
