import type { FieldError } from '../../../core/errors/field-error.ts';
import { quotedList } from '../../../core/errors/quoted.ts';
import type { RenderErrors } from '../../../core/job/render.ts';
import { Origins } from '../../../core/overrides/origins.ts';
import { withStandIns } from '../../../core/refusal/stand-ins.ts';
import { isAboutOtherFields, parameterThatNeverFits } from '../../../core/template/fitting-values.ts';
import { otherValues } from '../../../core/template/other-values.ts';
import { pathInTemplate } from '../../../core/template/template-reference.ts';
import { errorsOfValues, numberPaths, trialFindings } from '../../../core/template/trial.ts';
import { repeatableJob, type RepeatableJob } from '../repeatable-job.ts';
import type { Findings } from '../run-checks.ts';
import type { TemplateChange, TemplateChangeOptions } from './template-change.ts';

type Trying = Pick<TemplateChange, 'compiled' | 'trial' | 'jobWith' | 'signal'> &
  Pick<TemplateChangeOptions, 'dryRuns'>;

/** At most this many fields are tried with all other values. */
const MOST_FIELDS = 3;

/**
 * What it means for the template that the API server refuses its sample Job. A field that is wrong with one value is a
 * warning. It is an error if a run can set no other value, or only values that are wrong too.
 */
export async function refusedSample(
  trying: Trying,
  sample: RepeatableJob,
  refused: readonly FieldError[],
): Promise<Findings> {
  const template = trying.compiled();
  const errors = [...refused, ...(await hiddenErrors(trying, sample, refused))];
  const ofValues = errorsOfValues(template, errors).map((error) => ({ ...error, path: pathInTemplate(error.path) }));
  const hopeless = await hopelessFields(trying, ofValues);
  const paths = new Set(hopeless.map(({ path }) => path));
  const findings = trialFindings(
    template,
    errors.filter(({ path }) => !paths.has(pathInTemplate(path))),
  );
  return { errors: [...findings.errors, ...hopeless], warnings: findings.warnings };
}

/**
 * The errors that the API server did not report because it could not decode the sample value of a quantity or a number.
 * Afterwards, the sample is not needed.
 */
async function hiddenErrors(
  { compiled, dryRuns, signal }: Trying,
  sample: RepeatableJob,
  refused: readonly FieldError[],
) {
  const ofValues = errorsOfValues(compiled(), refused);
  const paths = new Set([...ofValues.map(({ path }) => path), ...numberPaths(compiled())]);
  const other = otherSample(sample, Array.from(paths));
  const outcome = other && (await dryRuns.try(other, signal));
  if (outcome?.kind !== 'invalid') return [];
  const fromValues = new Set(errorsOfValues(compiled(), outcome.errors));
  const known = new Set(refused.map(({ path, message }) => `${path}: ${message}`));
  return outcome.errors.filter((error) => !fromValues.has(error) && !known.has(`${error.path}: ${error.message}`));
}

/** No other Job. */
const SAME: RenderErrors = { errors: [], of: 'template' };

/** The sample with other values at these paths; `undefined` if they are the same. */
function otherSample(sample: RepeatableJob, paths: readonly string[]): RepeatableJob | undefined {
  const { bytes } = sample;
  const changed = () => {
    const job = withStandIns(sample.job(), paths);
    sample.release();
    return job ? { job, bytes, origins: () => new Origins() } : SAME;
  };
  const other = repeatableJob(changed);
  return 'errors' in other ? undefined : other;
}

/** Errors of fields that are wrong with every value that their parameters can have. Paths are the template's. */
async function hopelessFields(trying: Trying, errors: readonly FieldError[]): Promise<FieldError[]> {
  const template = trying.compiled();
  const unfit = errors.flatMap((error) => {
    const name = parameterThatNeverFits(template, error);
    return name === undefined ? [] : [because(error, `no value that parameter "${name}" can have is valid`)];
  });
  const known = new Set(unfit.map(({ path }) => path));
  const open = errors.filter(({ path }) => !known.has(path));
  return [...unfit, ...(await withAllOtherValues(trying, open))];
}

/** Errors of fields that are still wrong with each of the few other values that their parameters can have. */
async function withAllOtherValues(trying: Trying, errors: readonly FieldError[]): Promise<FieldError[]> {
  const candidates = errors.flatMap((error) => {
    const others = otherValues(trying.compiled(), error.path, trying.trial().parameters);
    return others === undefined || isAboutOtherFields(trying.compiled(), error) ? [] : [{ error, others }];
  });
  const found: FieldError[] = [];
  for (const { error, others } of candidates.slice(0, MOST_FIELDS)) {
    if (!(await areAllWrong(trying, others, error.path))) continue;
    const names = quotedList(Object.keys(others[0] ?? {}));
    const why = names === '' ? 'a run can set no other value' : `no other value of ${names} is valid either`;
    found.push(because(error, why));
  }
  return found;
}

type Values = Parameters<TemplateChange['jobWith']>[0];

/** One after the other: it takes time to render a large Job, and other reviews have to get theirs in between. */
async function areAllWrong(trying: Trying, others: readonly Values[], path: string): Promise<boolean> {
  for (const values of others) if (!(await isWrong(trying, values, path))) return false;
  return true;
}

function because(error: FieldError, why: string): FieldError {
  return { ...error, message: `${error.message}; ${why}` };
}

async function isWrong({ jobWith, dryRuns, signal }: Trying, values: Values, path: string): Promise<boolean> {
  const rendered = jobWith(values);
  if ('errors' in rendered) return false;
  const outcome = await dryRuns.try(rendered, signal);
  return outcome.kind === 'invalid' && outcome.errors.some((error) => pathInTemplate(error.path) === path);
}
