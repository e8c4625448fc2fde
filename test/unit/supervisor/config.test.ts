import { expect, it } from 'vitest';
import { readConfig } from '../../../supervisor/config.ts';

it('has a default for everything', () => {
  expect(readConfig({})).toEqual({ host: '::', healthPort: 8081, startedAfterSeconds: 60, logLevel: 'info' });
});

it('reports a mistake', () => {
  expect(() => readConfig({ STARTED_AFTER_SECONDS: '-1' })).toThrow('STARTED_AFTER_SECONDS="-1" must be >= 0');
});
