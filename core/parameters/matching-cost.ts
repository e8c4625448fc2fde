import { LONGEST_PATTERN } from '../../api/limits.ts';
import { LONGEST_MATCHED_STRING } from '../../api/parameter.ts';
import { patternCost } from './pattern-cost.ts';

/**
 * Maximum number of steps to compile the patterns of one template and to match all values of one run, the values of enums
 * included: about 50 ms. A hundred parameters that are DNS labels have 1.5 million.
 */
const MOST_STEPS = 1_600_000;
/** The cost to compile one instruction, in steps of matching. */
const STEPS_PER_INSTRUCTION = 50;

/** The index of the first parameter whose pattern exceeds the limit of the template, computed before any is compiled. */
export function tooCostlyParameter(parameters: readonly unknown[]): number | undefined {
  let steps = 0;
  for (const [index, parameter] of parameters.entries()) {
    steps += stepsOf(objectOf(objectOf(parameter)['schema']));
    if (steps > MOST_STEPS) return index;
  }
  return undefined;
}

/** The patterns of these parameters or results that are compiled, and about how many instructions each has. */
export function compiledPatterns(declared: readonly unknown[]): { pattern: string; instructions: number }[] {
  if (tooCostlyParameter(declared) !== undefined) return [];
  return declared.flatMap((one) => {
    const schema = objectOf(objectOf(one)['schema']);
    const patterns = [schema['pattern'], objectOf(schema['items'])['pattern']];
    return patterns
      .filter((pattern) => typeof pattern === 'string')
      .map((pattern) => ({ pattern, instructions: patternCost(pattern).size }));
  });
}

/** Maximum number of steps for the pattern of a schema, which can be malformed. */
export function stepsOf(schema: Record<string, unknown>): number {
  const items = objectOf(schema['items']);
  return stepsOfPattern(schema, schema) + stepsOfPattern(items, schema);
}

/** A schema can have patterns in wrong places, too: they are compiled for their errors. */
function stepsOfPattern(scalar: Record<string, unknown>, schema: Record<string, unknown>): number {
  const { pattern } = scalar;
  if (typeof pattern !== 'string') return 0;
  if (pattern.length > LONGEST_PATTERN) return Infinity;
  const { size, compilation } = patternCost(pattern);
  return STEPS_PER_INSTRUCTION * compilation + size * matchedCharacters(schema, scalar);
}

/** The characters of a value, and of the schema's own values, which are matched when the template is checked. */
function matchedCharacters(schema: Record<string, unknown>, scalar: Record<string, unknown>): number {
  const length = Math.min(numberOf(scalar['maxLength'], 0), LONGEST_MATCHED_STRING);
  const count = scalar === schema ? 1 : numberOf(schema['maxItems'], 1);
  return length * count + charactersOf(scalar['enum']) + charactersOf(schema['examples']);
}

function charactersOf(value: unknown): number {
  if (typeof value === 'string') return Math.min(value.length, LONGEST_MATCHED_STRING);
  return Array.isArray(value) ? value.reduce<number>((sum, one) => sum + charactersOf(one), 0) : 0;
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' && value >= 0 ? value : otherwise;
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
