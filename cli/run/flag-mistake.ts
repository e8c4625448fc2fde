import type { JobRun } from '../../api/job-run.ts';
import type { Parameter } from '../../api/parameter.ts';
import { describedParameter } from './described-parameter.ts';

/** What is wrong with the value of a flag. */
export interface FlagMistake {
  /** As the user wrote it, such as `-p days`. */
  flag: string;
  message: string;
}

/** A mistake in a field of the run: the part of `FieldError` and of a cause of the API server that is needed. */
interface FieldMistake {
  path: string;
  message: string;
}

const PARAMETER = /^spec\.parameters(?:\.|\[)([^\].[]+)/;

/** The fields that flags set, by the beginning of their path. */
const FLAGS: readonly [path: RegExp, flag: string][] = [
  [/^metadata\.name\b/, '--name'],
  [/^spec\.template(?:Ref|Kind)\b/, 'TEMPLATE'],
  [/^spec\.templateRevision\b/, '--revision'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?args\b/, '-- ARGS'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?env\b/, '-e'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?image\b/, '--image'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?resources\..*cpu/, '--cpu'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?resources\..*memory/, '--memory'],
  [/^spec\.(?:containers\[[^\]]*\]\.)?resources\b/, '--cpu, --memory'],
  [/^spec\.containers\b/, '--container'],
  [/^spec\.metadata\.labels\b/, '--label'],
  [/^spec\.metadata\.annotations\b/, '--annotation'],
  [/^spec\.suspend\b/, '--suspend'],
];

/** The mistake at the flag that set the field. Of a parameter, it also has its description and limits. */
export function mistakeOfField({ path, message }: FieldMistake, declared: readonly Parameter[]): FlagMistake {
  const name = PARAMETER.exec(path)?.[1];
  if (name !== undefined) {
    const parameter = declared.find((one) => one.name === name);
    const about = parameter === undefined ? '' : `\n    ${describedParameter(parameter)}`;
    return { flag: `-p ${name}`, message: `${message}${about}` };
  }
  const flag = FLAGS.find(([beginning]) => beginning.test(path))?.[1];
  return { flag: flag ?? path, message: message };
}

/** All mistakes, each on its line. */
export function mistakesText({ spec }: Pick<JobRun, 'spec'>, mistakes: readonly FlagMistake[]): string {
  const lines = mistakes.map(({ flag, message }) => `  ${flag === '' ? message : `${flag}: ${message}`}`);
  return [`no run of "${spec.templateRef}" was started:`, ...lines].join('\n');
}
