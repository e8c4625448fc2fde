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
import { askParameters } from '../prompts/ask-parameters.ts';
import { equalCommand } from '../prompts/equal-command.ts';
import { canAsk, openQuestions } from '../prompts/open-questions.ts';
import { styled } from '../terminal/text.ts';
import { findTemplate, templateKey } from '../templates/find-template.ts';
import type { FlagMistake } from './flag-mistake.ts';
import { mistakeOfField, mistakesText } from './flag-mistake.ts';
import { readGivenValues } from './given-values.ts';
import type { ContentFlags, InputFlags } from './run-flags.ts';
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
  flags: Pick<ContentFlags, 'param' | 'paramsFile'> & InputFlags;
  /** The command line itself. */
  words: readonly string[];
  /** The run with these parameters. */
  manifest: (parameters: Record<string, ParameterValue>) => { run: JobRun; mistakes: FlagMistake[] };
}

/**
 * The run that the command line describes, checked as admission checks it. On a terminal, the user is asked for
 * parameters that are needed.
 *
 * @throws CommandError with all mistakes
 */
export async function checkedRun(context: ClusterContext, wish: RunWish): Promise<CheckedRun> {
  checkInput(context, wish.flags);
  const key = templateKey(context, wish.template, wish.isCluster);
  const [template, read] = await Promise.all([
    findTemplate(context, key, wish.revision),
    readGivenValues(wish.flags, context.terminal.streams.stdin),
  ]);
  const declared = template?.parameters ?? [];
  const typed = typedValues(read.given, declared);
  const given = { ...read.fromFiles, ...typed.values };
  const judge = (values: Record<string, ParameterValue>): Judged => {
    const { run, mistakes } = wish.manifest(values);
    return { run, mistakes: [...read.mistakes, ...typed.mistakes, ...mistakes, ...runMistakes(run, template)] };
  };
  const before = judge(given);
  const answers = await answersTo(context, { template, given, judged: before, wish });
  const { run, mistakes } = answers === undefined ? before : judge({ ...given, ...answers });
  // The log of a build server can have more readers than the run.
  const hide = hidingFromCreator(template, run);
  if (mistakes.length > 0) throw new CommandError(EXIT.nothingStarted, hide(mistakesText(run, mistakes)));
  return { run, declared };
}

/** A run, and what is wrong with it. */
interface Judged {
  run: JobRun;
  mistakes: FlagMistake[];
}

/** @throws CommandError if the user wants to be asked, and cannot be */
function checkInput({ terminal, env }: ClusterContext, { interactive, input }: InputFlags): void {
  if (interactive !== true || (input && canAsk({ terminal, env }))) return;
  const why = input ? 'there is no terminal to ask on' : 'it cannot be used with --no-input';
  throw new CommandError(EXIT.nothingStarted, `-i: ${why}`);
}

/** What the user answers. `undefined`: there is nothing to ask, or nobody, or other mistakes come first. */
async function answersTo(
  context: ClusterContext,
  { template, given, judged, wish }: OpenRun,
): Promise<Record<string, ParameterValue> | undefined> {
  if (template === undefined || !wish.flags.input || !canAsk(context)) return undefined;
  const questions = openQuestions({
    declared: template.parameters,
    given,
    run: judged.run,
    all: wish.flags.interactive,
  });
  const asked = new Set(questions.map(({ parameter }) => `-p ${parameter.name}`));
  if (questions.length === 0 || judged.mistakes.some(({ flag }) => !asked.has(flag))) return undefined;
  const answers = await askParameters(context, questions, template);
  const command = equalCommand({ words: wish.words, answers, declared: template.parameters });
  context.terminal.note(['The same without questions: ', styled('bold', command)]);
  return answers;
}

interface OpenRun {
  template: CompiledTemplate | undefined;
  given: Readonly<Record<string, ParameterValue>>;
  judged: Judged;
  wish: RunWish;
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
