import { expect, it } from 'vitest';
import { unknownFields } from '../../../../../webhook/admission/job-run-update/unknown-fields.ts';
import { echoRun } from '../../../core/objects.ts';

it.each<[string, object, object, string[]]>([
  ['an added unknown field is refused', {}, { arg: [] }, ['spec.arg']],
  ['a stored unknown field can stay', { arg: [] }, { arg: [] }, []],
  ['a stored unknown field can be removed', { arg: [] }, {}, []],
  ['another unknown field beside a stored one is refused', { arg: [] }, { arg: [], comand: [] }, ['spec.comand']],
])('%s', (_, before, after, paths) => {
  const { errors = [] } = unknownFields({ before: echoRun(before), run: echoRun(after) });
  expect(errors.map(({ path }) => path)).toEqual(paths);
});
