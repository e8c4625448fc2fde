import type { ParameterSchema } from '../../api/parameter.ts';
import { compilePattern, type CompiledPattern } from './pattern.ts';

/** Prepares the schemas of one template for checking values: compiles each pattern once, and indexes each enum once. */
export class SchemaCompiler {
  readonly #patterns = new Map<string, CompiledPattern>();
  readonly #enums = new Map<readonly unknown[], ReadonlySet<unknown>>();

  /** The compiled pattern, or RE2's message on what is wrong with it. */
  pattern(source: string): CompiledPattern {
    const known = this.#patterns.get(source);
    if (known) return known;
    const compiled = compilePattern(source);
    this.#patterns.set(source, compiled);
    return compiled;
  }

  /** The values of the schema's `enum`. */
  valuesOf(values: NonNullable<ParameterSchema['enum']>): ReadonlySet<unknown> {
    const known = this.#enums.get(values);
    if (known) return known;
    const set = new Set<unknown>(values);
    this.#enums.set(values, set);
    return set;
  }
}
