import { expect, it } from 'vitest';
import { sampleJobAccepted } from '../../../../../webhook/admission/template-change/sample-job-accepted.ts';
import type { DryRunOutcome } from '../../../../../webhook/lookups/dry-run.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { SAMPLE, templateChange } from '../cases.ts';

const check = (outcome: DryRunOutcome) => sampleJobAccepted({ dryRuns: { try: () => Promise.resolve(outcome) } });
const change = templateChange({ ...echoTemplate(), kind: 'JobTemplate' }, () => SAMPLE);

it.each<[string, DryRunOutcome, object]>([
  ['an accepted Job', { kind: 'accepted', warnings: ['w'] }, { warnings: ['w'] }],
  [
    'a refusal',
    { kind: 'forbidden', message: 'quota' },
    { warnings: ['a Job of this JobTemplate would be refused now: quota'] },
  ],
  ['no response', { kind: 'unknown', why: 'late' }, { warnings: ['this JobTemplate could not be checked: late'] }],
])('%s', async (_, outcome, findings) => {
  expect(await check(outcome)(change)).toEqual(findings);
});

it('a refusal of a ClusterJobTemplate names the namespace of the dry run', async () => {
  const cluster = templateChange({ ...echoTemplate(), kind: 'ClusterJobTemplate' }, () => SAMPLE);
  expect(await check({ kind: 'forbidden', message: 'no' })(cluster)).toEqual({
    warnings: ['a Job of this ClusterJobTemplate would be refused now in namespace "team": no'],
  });
});

it('errors are reported, except in fields with a parameter', async () => {
  const template = { ...echoTemplate(), kind: 'JobTemplate' as const, parameters: [{ name: 'image' }] };
  template.spec.template.spec!.containers[0]!.image = '$(params.image)';
  const at = (path: string) => ({ path, reason: 'FieldValueInvalid' as const, message: 'wrong' });
  const image = 'spec.template.spec.containers[0].image';
  const errors = [at(image), at(`${image}.x`), at(`${image}[0]`), at(`${image}s`), at('spec.backoffLimit')];
  const found = await check({ kind: 'invalid', errors })(templateChange(template, () => SAMPLE));
  expect(found.errors?.map(({ path }) => path)).toEqual([`${image}s`, 'spec.backoffLimit']);
});

it('there is no dry run without a Job', async () => {
  const dryRuns = { try: () => Promise.reject(new Error('not needed')) };
  const broken = templateChange(echoTemplate(), () => ({ errors: [], of: 'run' }));
  expect(await sampleJobAccepted({ dryRuns })(broken)).toEqual({});
});
