import { styled } from '../terminal/text.ts';
import type { Style, Text } from '../terminal/text.ts';
import { EXIT } from './exit-code.ts';
import type { RunOutcome } from './run-outcome.ts';

/** One line about a finished run. */
export function outcomeText(name: string, { exitCode, sentence }: RunOutcome): Text {
  return [styled('bold', `jobrun/${name}`), ' ', styled(styleOf(exitCode), sentence)];
}

function styleOf(exitCode: number): Style {
  if (exitCode === EXIT.succeeded) return 'green';
  return exitCode === EXIT.failed ? 'red' : 'yellow';
}
