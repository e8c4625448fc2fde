import { expect, it } from 'vitest';
import { immutableSpec } from '../../../../../webhook/admission/job-run-update/immutable-spec.ts';
import { jobRunUpdate } from '../cases.ts';

it.each([
  ['nothing', {}, {}, []],
  ['suspend', { suspend: true }, { suspend: false }, []],
  ['cancel', {}, { cancel: true }, []],
  ['the order of keys', { parameters: { a: 1, b: 2 } }, { parameters: { b: 2, a: 1 } }, []],
  ['a value', { args: ['a'] }, { args: ['b'] }, ['spec.args']],
  ['an added and a removed field', { args: [] }, { command: [] }, ['spec.args', 'spec.command']],
])('what changes: %s', (_, before, after, paths) => {
  expect(immutableSpec(jobRunUpdate(before, after)).errors?.map(({ path }) => path)).toEqual(paths);
});

it('a spec that becomes null changes all of its fields', () => {
  const update = jobRunUpdate({}, {});
  const run = { ...update.run, spec: null as unknown as typeof update.run.spec };
  expect(immutableSpec({ ...update, run }).errors?.map(({ path }) => path)).toEqual(['spec.templateRef']);
});
