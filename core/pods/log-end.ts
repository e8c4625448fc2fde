import type { Hide } from '../errors/hidden.ts';

/** Longest line of a log in a sentence. */
const LONGEST_LINE = 300;
/** As much as the kubelet stores of one container, with a mark before it. */
const LONGEST_LOG = 4_095;
/** The kubelet cuts an output that is longer than this, or has more lines, at its beginning. */
const LONGEST_OUTPUT = 2_000;
const MOST_LINES = 79;
/** Colours of a terminal, and characters that would break a line. */
// eslint-disable-next-line no-control-regex -- these are what it is about
const CONTROLS = /\u001B\[[\d;]*[a-z]|[\u0000-\u0008\u000B-\u001F\u007F]/gi;

/** How the kubelet reports that it has no output, for example of a Pod that it evicts. */
const NOT_READ = 'Error on reading termination message from logs: ';

/** The end of a container's output, without control characters and secret values; `undefined` if it is empty. */
export function logEnd(message: string | undefined, hide: Hide): string | undefined {
  const whole = (message ?? '').replaceAll(CONTROLS, '').trim();
  const text = whole.slice(-LONGEST_LOG).toWellFormed();
  if (text === '' || whole.startsWith(NOT_READ)) return undefined;
  // What is left of a secret value is hidden after a mark.
  return isCut(whole) ? hide(`${CUT}${text}`).slice(CUT.length) : hide(text);
}

const CUT = '…';

function isCut(text: string): boolean {
  return Buffer.byteLength(text) >= LONGEST_OUTPUT || text.split('\n').length >= MOST_LINES;
}

/** The last line of a log. Of a long one, the beginning. */
export function lastLine(log: string): string {
  const line = log.slice(log.lastIndexOf('\n') + 1).trim();
  return line.length <= LONGEST_LINE ? line : `${line.slice(0, LONGEST_LINE)}...`.toWellFormed();
}
