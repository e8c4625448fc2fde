import type { JobRun } from '../../api/job-run.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { styled } from '../terminal/text.ts';
import { outcomeOf } from '../outcome/run-outcome.ts';

/** Notes in which phase a run is and why it waits: once, and again when that changes. */
export function progressNotes(terminal: Terminal): (run: JobRun) => void {
  let last = '';
  return (run) => {
    if (outcomeOf(run) !== undefined) return;
    const text = progressOf(run);
    if (text === last) return;
    last = text;
    terminal.note([styled('bold', `jobrun/${run.metadata.name ?? ''}`), ` ${text}`]);
  };
}

function progressOf({ status }: JobRun): string {
  const phase = (status?.phase ?? 'Pending').toLowerCase();
  const waiting = status?.waiting;
  if (waiting === undefined) return `is ${phase}`;
  return `is ${phase}: ${[waiting.reason, waiting.message].filter((part) => part !== undefined).join(': ')}`;
}
