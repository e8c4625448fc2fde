import type { Phase } from '../../api/names.ts';
import type { Style } from './text.ts';

const STYLES: Readonly<Partial<Record<Phase, Style>>> = {
  Succeeded: 'green',
  Failed: 'red',
  Cancelled: 'yellow',
  Unknown: 'yellow',
  Running: 'cyan',
};

/** The colour of a phase. */
export function styleOfPhase(phase: Phase): Style {
  return STYLES[phase] ?? 'dim';
}
