import { expect, it } from 'vitest';
import { outcomeOfCommands } from '../../../runner/outcome.ts';

it('a failed command is named, with the reason', () => {
  const outcome = outcomeOfCommands([{ command: 'eslint .' }, { command: 'knip', failure: 'exit code 2' }]);
  expect(outcome).toEqual({ passed: 1, skipped: 0, failures: ['knip: exit code 2'] });
});
