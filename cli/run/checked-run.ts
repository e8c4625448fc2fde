import type { JobRun } from '../../api/job-run.ts';
import type { Parameter, ParameterValue } from '../../api/parameter.ts';
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
import { typedValues } from './typed-values.ts';

export interface CheckedRun {
  run: JobRun;
  /** None if the template could not be read. */
  declared: readonly Parameter[];
}

/** What a command line asks for. */
export interface RunWish {
  template: string;
  isCluster: boolean;
  revision: string | undefined;
  flags: Pick<ContentFlags, 'param' | 'paramsFile'>;
  /** The run with these parameters. */
  manifest: (parameters: Record<string, ParameterValue>) => { run: JobRun; mistakes: FlagMistake[] };
}

/**
 * The run that the command line describes, checked as admission checks it.
 *
 * @throws CommandError with all mistakes
 */
export async function checkedRun(context: ClusterContext, wish: RunWish): Promise<CheckedRun> {
  const key = templateKey(context, wish.template, wish.isCluster);
  const [template, read] = await Promise.all([
    findTemplate(context, key, wish.revision),
    readGivenValues(wish.flags, context.terminal.streams.stdin),
  ]);
  const declared = template?.parameters ?? [];
  const typed = typedValues(read.given, declared);
  const { run, mistakes } = wish.manifest({ ...read.fromFiles, ...typed.values });
  const all = [...read.mistakes, ...typed.mistakes, ...mistakes, ...runMistakes(run, template)];
  // The log of a build server can have more readers than the run.
  const hide = hidingFromCreator(template, run);
  if (all.length > 0) throw new CommandError(EXIT.nothingStarted, hide(mistakesText(run, all)));
  return { run, declared };
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
