import { printableLine } from '../terminal/printable.ts';

/** A word that the shell offers. */
export interface Candidate {
  value: string;
  description?: string | undefined;
}

/** How the shell treats what it is offered. The bits are those of kubectl, which has them from cobra. */
export const DIRECTIVE = {
  /** Without candidates, files are offered. */
  files: 0,
  /** The word continues: the shell adds no blank. */
  noSpace: 2,
  noFiles: 4,
  /** The shell does not sort the candidates. */
  keepOrder: 32,
} as const;

/** What the shell offers. */
export interface Offer {
  candidates: readonly Candidate[];
  /** A sum of {@link DIRECTIVE}s. */
  directive: number;
}

export const NOTHING: Offer = { candidates: [], directive: DIRECTIVE.noFiles };
export const FILES: Offer = { candidates: [], directive: DIRECTIVE.files };

const LONGEST_DESCRIPTION = 120;

/**
 * The lines that kubectl reads from `kubectl_complete-jobrun`: each candidate that begins with the word, and the directive.
 * Text that a terminal could obey is not offered.
 */
export function offerLines({ candidates, directive }: Offer, word: string): string[] {
  const fitting = candidates.filter(({ value }) => value.startsWith(word) && printableLine(value) === value);
  return [...fitting.map(lineOf), `:${directive}`];
}

function lineOf({ value, description = '' }: Candidate): string {
  const about = printableLine(description.trim().split('\n')[0] ?? '').slice(0, LONGEST_DESCRIPTION);
  return about === '' ? value : `${value}\t${about}`;
}
