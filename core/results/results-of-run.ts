import type { ParameterValue } from '../../api/parameter.ts';
import { REASON_RESULTS_INVALID, REASON_RESULTS_VALID } from '../../api/names.ts';
import type { Result } from '../../api/result.ts';
import type { Pod } from '../../api/wire.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { formatFieldErrors } from '../errors/field-error.ts';
import { FieldPath } from '../errors/field-path.ts';
import { field } from '../errors/field.ts';
import type { Hide } from '../errors/hidden.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import type { SchemaCompiler } from '../parameters/schema-compiler.ts';
import { parameterValueErrors } from '../parameters/value-errors.ts';
import { cutName } from './cut-name.ts';
import type { ResultsOutcome } from './results-outcome.ts';
import { writtenResults } from './written-results.ts';

const RESULTS = FieldPath.of('results');
/** More errors of the results of one run are not reported. */
const MOST_ERRORS = 10;

/** What a valid template declares. */
export interface Declared {
  results: readonly Result[];
  schemas: SchemaCompiler;
}

/**
 * The results of a run whose Job has completed: what a container of its Pod has written, if it fits what the template
 * declares. Otherwise none of them counts.
 *
 * @param container that writes them
 * @param hide what the message must not quote
 */
export function resultsOf(
  pods: readonly Pod[],
  { container, declared, hide }: { container: string; declared: Declared; hide: Hide },
): ResultsOutcome {
  const written = writtenResults(pods, container);
  if ('problem' in written) return { ...written.problem, message: hide(written.problem.message) };
  const errors = resultErrors(written.object, declared);
  if (errors.length > 0) {
    return { status: 'False', reason: REASON_RESULTS_INVALID, message: hide(formatFieldErrors(errors)) };
  }
  const values = Object.fromEntries(declared.results.map(({ name }) => [name, written.object[name] as ParameterValue]));
  return { status: 'True', reason: REASON_RESULTS_VALID, message: 'the results are in status.results', values };
}

/** What is wrong with the object that was written. Paths begin with `results`. */
export function resultErrors(object: Readonly<Record<string, unknown>>, declared: Declared): FieldError[] {
  const names = declared.results.map(({ name }) => name);
  const unknown = errorsOfEach(
    Object.keys(object).filter((name) => !names.includes(name)),
    (name) => [unknownResult(name, names)],
    MOST_ERRORS,
  );
  const wrong = errorsOfEach(declared.results, (result) => valueErrors(result, object, declared.schemas), MOST_ERRORS);
  return [...wrong, ...unknown].slice(0, MOST_ERRORS);
}

/** Null is absent, as everywhere in Kubernetes. */
function valueErrors(
  { name, schema }: Result,
  object: Readonly<Record<string, unknown>>,
  schemas: SchemaCompiler,
): FieldError[] {
  const path = RESULTS.key(name);
  const value = Object.hasOwn(object, name) ? (object[name] ?? undefined) : undefined;
  if (value === undefined)
    return [field.required(path, `the template declares this result, of type ${schema?.type ?? 'string'}`)];
  return parameterValueErrors(value, schema ?? undefined, { path, schemas });
}

function unknownResult(name: string, names: readonly string[]): FieldError {
  const near = didYouMean(nearNames(name, names));
  const why = `the template declares no result of this name; ${near === '' ? '' : `${near} `}it declares ${quotedList(names)}`;
  return field.notFound(RESULTS.key(cutName(name)), name, why);
}
