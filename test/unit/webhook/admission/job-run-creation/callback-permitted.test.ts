import { expect, it } from 'vitest';
import type { JobRunSpec } from '../../../../../api/job-run.ts';
import { callbackPermitted } from '../../../../../webhook/admission/job-run-creation/callback-permitted.ts';
import { jobRunCreation } from '../cases.ts';

const found = async (spec: Partial<JobRunSpec>, allowedHosts: string[]) => {
  const check = callbackPermitted({ callbacks: { allowedHosts, allowHttp: false, secrets: [] } });
  const { errors = [], warnings = [] } = await check(jobRunCreation(spec));
  return { errors: errors.map(({ path }) => path), warnings: warnings.length };
};

it.each<[string, Partial<JobRunSpec>, string[], object]>([
  ['no callback', {}, [], { errors: [], warnings: 0 }],
  ['a callback while no host is permitted', { callbackUrl: 'https://a.b' }, [], { errors: ['spec.callbackUrl'] }],
  ['a permitted callback', { callbackUrl: 'https://a.b' }, ['a.b'], { errors: [], warnings: 0 }],
  [
    'a permitted callback with its token in the run',
    { callbackUrl: 'https://a.b', callbackToken: 'abc' },
    ['a.b'],
    { errors: [], warnings: 1 },
  ],
])('%s', async (_, spec, hosts, expected) => {
  expect(await found(spec, hosts)).toMatchObject(expected);
});
