import type { ResultValues } from '../../api/result.ts';

/** What became of the results of a run that has succeeded: the condition `ResultsValid`. */
export type ResultsOutcome =
  | { status: 'True'; reason: string; message: string; values: ResultValues }
  /** `False`: they are missing or wrong. `Unknown`: they could not be read or checked. */
  | { status: 'False' | 'Unknown'; reason: string; message: string };
