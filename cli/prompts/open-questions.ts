import type { JobRun } from '../../api/job-run.ts';
import type { Parameter, ParameterValue } from '../../api/parameter.ts';
import type { Context } from '../context.ts';
import { isCi } from '../terminal/ci.ts';
import type { Question } from './question.ts';

/** Whether somebody can answer. Build servers can have a terminal, too. */
export function canAsk({ terminal, env }: Pick<Context, 'terminal' | 'env'>): boolean {
  return terminal.isInteractive && !isCi(env);
}

/** What is known before the user is asked. */
export interface Known {
  declared: readonly Parameter[];
  /** What the command line sets. */
  given: Readonly<Record<string, ParameterValue>>;
  /** The run without answers. */
  run: Pick<JobRun, 'spec'>;
  /** Whether to ask for all parameters that the command line does not set. Otherwise only for those without any value. */
  all: boolean | undefined;
}

export function openQuestions({ declared, given, run, all = false }: Known): Question[] {
  const set = run.spec.parameters ?? {};
  return declared
    .filter(({ name }) => !Object.hasOwn(given, name))
    .map((parameter) => ({ parameter, isSet: Object.hasOwn(set, parameter.name) }))
    .filter(({ parameter, isSet }) => all || (!isSet && isRequired(parameter)))
    .map(({ parameter, isSet }) => ({
      parameter,
      initial: isSet ? set[parameter.name] : isRequired(parameter) ? undefined : parameter.default,
    }));
}

function isRequired(parameter: Parameter): boolean {
  return parameter.default === undefined || parameter.required === true;
}
