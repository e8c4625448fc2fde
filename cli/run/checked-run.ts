import type { JobRun } from '../../api/job-run.ts';
import type { Parameter } from '../../api/parameter.ts';
import { validateJobRun } from '../../api/validators.ts';
import { hidingFromCreator } from '../../core/job/secret-values.ts';
import { render } from '../../core/job/render.ts';
import type { CompiledTemplate } from '../../core/template/compile.ts';
import { asTemplateErrors } from '../../core/template/template-reference.ts';
import type { ClusterContext } from '../context.ts';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { findTemplate, templateKey } from '../templates/find-template.ts';
import type { FlagMistake } from './flag-mistake.ts';
import { mistakeOfField, mistakesText } from './flag-mistake.ts';
import { readGivenValues } from './given-values.ts';
import type { ContentFlags } from './run-flags.ts';
import { runManifest } from './run-manifest.ts';
import { typedValues } from './typed-values.ts';

export interface CheckedRun {
  run: JobRun;
  declared: readonly Parameter[];
  /** `undefined`: it could not be read. */
  template: CompiledTemplate | undefined;
}

export interface RunWish {
  template: string;
  flags: ContentFlags;
  args: readonly string[] | undefined;
}

/**
 * The run that the command line describes, checked as admission checks it.
 *
 * @throws CommandError with all mistakes
 */
export async function checkedRun(
  context: ClusterContext,
  { template: name, flags, args }: RunWish,
): Promise<CheckedRun> {
  const key = templateKey(context, name, flags.clusterTemplate === true);
  const [template, read] = await Promise.all([
    findTemplate(context, key, flags.revision),
    readGivenValues(flags, context.terminal.streams.stdin),
  ]);
  const declared = template?.parameters ?? [];
  const typed = typedValues(read.given, declared);
  const parameters = { ...read.fromFiles, ...typed.values };
  const { namespace } = context;
  const { run, mistakes } = runManifest({ template: name, namespace, flags, parameters, args });
  const all = [...read.mistakes, ...typed.mistakes, ...mistakes, ...runMistakes(run, template)];
  // The log of a build server can have more readers than the run.
  const hide = hidingFromCreator(template, run);
  if (all.length > 0) throw new CommandError(EXIT.nothingStarted, hide(mistakesText(run, all)));
  return { run, declared, template };
}

/** A template that cannot make a Job is no mistake of a flag: it is reported as the API server does. */
function runMistakes(run: JobRun, template: CompiledTemplate | undefined): FlagMistake[] {
  const declared = template?.parameters ?? [];
  const shape = validateJobRun(run);
  if (shape.length > 0 || template === undefined) return shape.map((error) => mistakeOfField(error, declared));
  const rendered = render(template, run);
  if ('job' in rendered) return [];
  const errors = rendered.of === 'run' ? rendered.errors : asTemplateErrors(rendered.errors, run);
  return errors.map((error) => mistakeOfField(error, declared));
}
