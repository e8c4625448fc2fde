import { Ajv, type ValidateFunction } from 'ajv';
import { LONGEST_MATCHED_STRING, type ParameterSchema } from '../../api/parameter.ts';
import { compilePattern } from './pattern.ts';

/** Text beyond the limit is refused for its length, without being matched. */
const matched = Object.assign(
  (source: string) => {
    const compiled = compilePattern(source);
    return {
      test: (text: string) =>
        text.length > 2 * LONGEST_MATCHED_STRING || ('pattern' in compiled && compiled.pattern.test(text)),
      // ajv tells patterns apart by what they are as a string.
      toString: () => source,
    };
  },
  { code: 'undefined' },
);

/** ajv keeps something of all it ever compiled; so it is thrown away together with the validators that it made. */
const MOST_KEPT = 256;
const newAjv = (): Ajv =>
  new Ajv({
    allErrors: true,
    verbose: true,
    strict: false,
    meta: false,
    validateSchema: false,
    logger: false,
    code: { regExp: matched },
  });
let ajv = newAjv();
let validators = new Map<string, ValidateFunction>();

/** The validator for a parameter's schema, which must be a sane one; the same for the same schema. */
export function parameterValidator(schema: ParameterSchema): ValidateFunction {
  const key = JSON.stringify(schema);
  const known = validators.get(key);
  if (known) return known;
  if (validators.size >= MOST_KEPT) {
    ajv = newAjv();
    validators = new Map();
  }
  const validate = ajv.compile(withoutNulls(schema));
  validators.set(key, validate);
  return validate;
}

function withoutNulls(schema: ParameterSchema): object {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => value ?? undefined) as object;
}
