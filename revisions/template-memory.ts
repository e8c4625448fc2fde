import { MOST_DOLLARS } from '../api/limits.ts';
import { compiledPatterns } from '../core/parameters/matching-cost.ts';
import type { CompiledTemplate } from '../core/template/compile.ts';

/*
 * Bytes that V8 uses, at most, measured with Node.js 24: test/unit/revisions/template-memory.test.ts has templates with as
 * many of each as fit into 256 KiB.
 */
const OF_TEMPLATE = 16 * 1024;
const OF_MAP = 72;
/** A map with keys that no other map has needs a hidden class for itself. */
const OF_ENTRY = 96;
const OF_LIST = 48;
/** In an enum, an element is in a set as well. */
const OF_ELEMENT = 16;
const OF_STRING = 32;
const OF_NUMBER = 16;
/** A declared parameter or result, with its validator. */
const OF_DECLARED = 2048;
/** A string in the plan, with its path and its nodes. */
const OF_PLANNED_STRING = 480;
/** A `$` in it, with the token that it begins and the text before it. */
const OF_DOLLAR = 256;
const OF_PATTERN = 8 * 1024;
/** Groups, boundaries and classes need up to five times as much as letters. */
const OF_INSTRUCTION = 420;
/** The program of a pattern that is anchored can have a second form. */
const OF_ANCHORED_INSTRUCTION = 640;

/** The most memory that a compiled template uses with all that is derived from it, in bytes. Compiles nothing. */
export function memoryOf({ content, dollars }: Pick<CompiledTemplate, 'content' | 'dollars'>): number {
  const { parameters, results } = content as { parameters?: unknown; results?: unknown };
  // Beyond the limit, placeholders are not looked for.
  const isPlanned = dollars > 0 && dollars <= MOST_DOLLARS;
  return OF_TEMPLATE + memoryOfJson(content, isPlanned) + memoryOfDeclared(parameters) + memoryOfDeclared(results);
}

/** A revision that was written by hand can contain anything. */
function memoryOfDeclared(list: unknown): number {
  if (!Array.isArray(list)) return 0;
  const patterns = compiledPatterns(list).map(
    ({ pattern, instructions }) =>
      OF_PATTERN + instructions * (ANCHORED.test(pattern) ? OF_ANCHORED_INSTRUCTION : OF_INSTRUCTION),
  );
  return patterns.reduce((sum, bytes) => sum + bytes, OF_DECLARED * list.length);
}

const ANCHORED = /\^|\\A/;

function memoryOfJson(value: unknown, isPlanned: boolean): number {
  if (typeof value === 'string') return memoryOfString(value, isPlanned);
  if (typeof value === 'number') return OF_NUMBER;
  if (typeof value !== 'object' || value === null) return 0;
  let bytes = Array.isArray(value) ? OF_LIST : OF_MAP;
  if (Array.isArray(value)) {
    for (const element of value) bytes += OF_ELEMENT + memoryOfJson(element, isPlanned);
    return bytes;
  }
  for (const [key, field] of Object.entries(value)) {
    bytes += OF_ENTRY + memoryOfString(key, isPlanned) + memoryOfJson(field, isPlanned);
  }
  return bytes;
}

/** Text outside of Latin-1 has two bytes for each character. */
function memoryOfString(text: string, isPlanned: boolean): number {
  // eslint-disable-next-line no-control-regex -- all of Latin-1
  const bytes = OF_STRING + text.length * (/[^\u0000-\u00ff]/.test(text) ? 2 : 1);
  const dollars = isPlanned && text.includes('$') ? text.split('$').length - 1 : 0;
  return dollars === 0 ? bytes : bytes + OF_PLANNED_STRING + OF_DOLLAR * dollars;
}
