import type { Terminal } from '../terminal/terminal.ts';
import { styled } from '../terminal/text.ts';

/** Notes that the connection to the API server is lost, and that it is back. */
export function troubleNotes(terminal: Terminal): (error: Error | undefined) => void {
  return (error) => {
    if (error === undefined) terminal.note('connected again');
    else
      terminal.note([styled('yellow', 'Warning:'), ` no connection to the API server, trying again: ${error.message}`]);
  };
}
