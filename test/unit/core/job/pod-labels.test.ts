import { expect, it } from 'vitest';
import { labelsForJob } from '../../../../core/job/pod-labels.ts';

it.each<[string, string]>([
  ['team', 'red'],
  ['team', ''],
  ['example.com/team', 'a'],
  ['kueue.x-k8s.io/queue-name', 'a.b_c-D9'],
  ['A', 'x'.repeat(63)],
  [`${'a'.repeat(253)}/${'b'.repeat(63)}`, 'x'],
])('a Job has the label %s: %s of its Pods', (key, value) => {
  expect(labelsForJob({ [key]: value })).toEqual({ [key]: value });
});

it.each<[string, unknown]>([
  ['team', 'x'.repeat(64)],
  ['team', 'a b'],
  ['team', '-a'],
  ['team', 'a-'],
  ['team', 'a\n'],
  ['team', null],
  ['', 'a'],
  ['-team', 'a'],
  ['/team', 'a'],
  ['example.com/', 'a'],
  ['Example.com/team', 'a'],
  ['a/b/c', 'a'],
  ['b'.repeat(64), 'a'],
  ['hematoscope.app/job-run', 'forged'],
  ['my.hematoscope.app/x', 'forged'],
])('the label %s: %s stays with the Pods, where the API server reports it', (key, value) => {
  expect(labelsForJob({ [key]: value as string })).toEqual({});
});
