import { Ajv, type ValidateFunction } from 'ajv';
import { LONGEST_MATCHED_STRING, type ParameterSchema } from '../../api/parameter.ts';
import { compilePattern, type CompiledPattern } from './pattern.ts';

/** Compiles the schemas and patterns of one template, each once. The schemas must be valid. */
export class SchemaCompiler {
  readonly #patterns = new Map<string, CompiledPattern>();
  readonly #validators = new Map<ParameterSchema, ValidateFunction>();
  #ajv: Ajv | undefined;

  /** The compiled pattern, or RE2's message on what is wrong with it. */
  pattern(source: string): CompiledPattern {
    const known = this.#patterns.get(source);
    if (known) return known;
    const compiled = compilePattern(source);
    this.#patterns.set(source, compiled);
    return compiled;
  }

  validator(schema: ParameterSchema): ValidateFunction {
    const known = this.#validators.get(schema);
    if (known) return known;
    this.#ajv ??= this.#newAjv();
    const validate = this.#ajv.compile(withoutNulls(schema));
    this.#validators.set(schema, validate);
    return validate;
  }

  #newAjv(): Ajv {
    return new Ajv({
      allErrors: true,
      verbose: true,
      strict: false,
      meta: false,
      validateSchema: false,
      logger: false,
      code: { regExp: Object.assign((source: string) => this.#matcher(source), { code: 'undefined' }) },
    });
  }

  /** A text that is too long for matching passes here; its `maxLength` refuses it. */
  #matcher(source: string) {
    const compiled = this.pattern(source);
    return {
      test: (text: string) =>
        text.length > 2 * LONGEST_MATCHED_STRING || ('pattern' in compiled && compiled.pattern.test(text)),
      // ajv identifies a pattern by its text.
      toString: () => source,
    };
  }
}

function withoutNulls(schema: ParameterSchema): object {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => value ?? undefined) as object;
}
