import { expect, it } from 'vitest';
import { exitOf } from '../../../../core/pods/exit.ts';

it.each([
  [{ exitCode: 3, reason: 'Error' }, 'exited with 3'],
  [{ exitCode: 0, reason: 'Completed' }, 'exited with 0'],
  [{ exitCode: 1 }, 'exited with 1'],
  [{ exitCode: 137, reason: 'OOMKilled' }, 'exited with 137 (OOMKilled)'],
  [{ exitCode: 0, signal: 9, reason: 'Error' }, 'was ended by signal 9'],
  [{ exitCode: 128, signal: 0, reason: 'StartError' }, 'exited with 128 (StartError)'],
])('%o: a container that %s', (terminated, sentence) => {
  expect(exitOf(terminated)).toBe(sentence);
});
