import { describe, expect, it } from 'vitest';
import type { JobRunSpec } from '../../../../../api/job-run.ts';
import { callbackPermitted } from '../../../../../webhook/admission/job-run-creation/callback-permitted.ts';
import { formatFieldError } from '../../../../../core/errors/field-error.ts';
import type { JobRunCreation } from '../../../../../webhook/admission/job-run-creation/job-run-creation.ts';
import { echoTemplate } from '../../../core/objects.ts';
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

describe('the callback of the template', () => {
  const inherited = async (spec: Partial<JobRunSpec>, allowedHosts: string[], parts: Partial<JobRunCreation> = {}) => {
    const template = { ...echoTemplate(), runs: { callback: { url: 'https://receiver.other.svc' } } };
    const check = callbackPermitted({ callbacks: { allowedHosts, allowHttp: false, secrets: [] } });
    const { errors = [], warnings = [] } = await check(jobRunCreation(spec, parts, template));
    return [...errors.map(formatFieldError), ...warnings];
  };
  const ELSEWHERE = ['receiver.{namespace}.svc'];

  it('only warns where it is not permitted', async () => {
    expect(await inherited({}, ELSEWHERE)).toEqual([
      expect.stringMatching(
        /^the callback of JobTemplate "echo" will not be sent for this JobRun: runs\.callback\.url: Unsupported value: "receiver\.other\.svc"/,
      ),
    ]);
  });

  it.each<[string, Partial<JobRunSpec>, string[], Partial<JobRunCreation>]>([
    ['it is permitted', {}, ['receiver.other.svc'], {}],
    ['the run clears it', { callbackUrl: '' }, ELSEWHERE, {}],
    ['the run sets its own', { callbackUrl: 'https://receiver.team.svc' }, ELSEWHERE, {}],
    ['the template is missing', {}, ELSEWHERE, { template: () => Promise.resolve({ kind: 'missing' }) }],
  ])('is no matter if %s', async (_, spec, hosts, parts) => {
    expect(await inherited(spec, hosts, parts)).toEqual([]);
  });
});
