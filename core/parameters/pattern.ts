import { RE2JS } from 're2js';

/** A regular expression of RE2: matching takes a time that is linear in the length of the text. */
export interface Pattern {
  source: string;
  /** Whether the text matches somewhere. */
  test(text: string): boolean;
  /** Number of instructions. Each character of the text takes at most this many steps. */
  size: number;
}

/** A pattern, or RE2's message on what is wrong with it. */
export type CompiledPattern = { pattern: Pattern } | { error: string };

/**
 * Compiles the pattern of a parameter's schema. It is matched by `find`, which tracks a group: `test` would build a DFA of
 * up to 8 MiB for each pattern, with work for each range of each class of the program.
 */
export function compilePattern(source: string): CompiledPattern {
  try {
    const regex = RE2JS.compile(source);
    return { pattern: { source, test: (text) => regex.matcher(text).find(), size: regex.programSize() } };
  } catch (error) {
    // Any exception of the parser means that the user's pattern is wrong.
    return { error: (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '') };
  }
}
