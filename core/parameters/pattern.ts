import { RE2JS } from 're2js';

/** A regular expression of RE2: whatever the text is, matching it takes a time that grows linearly with its length. */
export interface Pattern {
  source: string;
  /** Whether the text matches somewhere. */
  test(text: string): boolean;
  /** How many instructions there are: a character of the text takes at most as many steps. */
  size: number;
}

/** A pattern, or why it is none, in RE2's words. */
export type CompiledPattern = { pattern: Pattern } | { error: string };

/** Compiles a pattern as the schema of a parameter has it. */
export function compilePattern(source: string): CompiledPattern {
  try {
    const regex = RE2JS.compile(source);
    return { pattern: { source, test: (text) => regex.test(text), size: regex.programSize() } };
  } catch (error) {
    // Whatever the parser makes of a user's text, it is the text that is wrong.
    return { error: (error instanceof Error ? error.message : String(error)).replace(/^error parsing regexp: /, '') };
  }
}
