import { expect, it } from 'vitest';
import { rerunAnnotation } from '../../../../webhook/admission/rerun-annotation.ts';
import { echoRun } from '../../core/objects.ts';

const repeating = (name?: string) =>
  echoRun({}, name === undefined ? {} : { annotations: { 'hematoscope.app/rerun-of': name } });

it.each<[what: string, findings: ReturnType<typeof rerunAnnotation>, errors: number]>([
  ['a new run that repeats nothing', rerunAnnotation({ run: repeating() }), 0],
  ['a new run with a name', rerunAnnotation({ run: repeating('nightly') }), 0],
  ['a new run with another text', rerunAnnotation({ run: repeating('Nightly!') }), 1],
  ['a change to another text', rerunAnnotation({ run: repeating('Nightly!'), before: repeating('nightly') }), 1],
  ['a text that was stored before', rerunAnnotation({ run: repeating('Nightly!'), before: repeating('Nightly!') }), 0],
  ['its removal', rerunAnnotation({ run: repeating(), before: repeating('Nightly!') }), 0],
])('%s', (_what, { errors = [] }, count) => {
  expect(errors).toHaveLength(count);
});
