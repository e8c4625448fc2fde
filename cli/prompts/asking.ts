import type { Terminal } from '../terminal/terminal.ts';
import type { Place } from './asker.ts';

/** Errors of the library: Ctrl-C, and the signal. */
const INTERRUPTIONS = ['ExitPromptError', 'AbortPromptError'];

/**
 * Asks on a terminal.
 *
 * @returns `undefined` if the user presses Ctrl-C or ends the input, or if the signal aborts
 */
export async function asking<T>(
  terminal: Terminal,
  ask: (place: Place) => Promise<T>,
  signals: readonly AbortSignal[] = [],
): Promise<T | undefined> {
  const { stdin: input, stderr: output } = terminal.streams;
  const ended = new AbortController();
  // At the end of the input, the library waits for ever, and Node has nothing left to do.
  const end = (): void => {
    ended.abort();
  };
  process.once('beforeExit', end);
  try {
    return await ask({ input, output, signal: AbortSignal.any([...signals, ended.signal]) });
  } catch (error) {
    if (error instanceof Error && INTERRUPTIONS.includes(error.name)) return undefined;
    throw error;
  } finally {
    process.off('beforeExit', end);
  }
}
