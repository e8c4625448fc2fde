import { expect, it } from 'vitest';
import { rerunOfErrors } from '../../../../core/run/rerun-of.ts';
import { echoRun } from '../objects.ts';

it.each([
  ['a name', 'nightly-report', false],
  ['a name with dots', 'report.v1', false],
  ['the longest name', 'a'.repeat(253), false],
  ['a longer text', 'a'.repeat(254), true],
  ['no text', '', true],
  ['capitals', 'Nightly', true],
  ['a namespace and a name', 'team-a/nightly', true],
  ['two lines', 'nightly\nreport', true],
])('%s', (_what, name, isWrong) => {
  const run = echoRun({}, { annotations: { 'hematoscope.app/rerun-of': name } });
  const paths = rerunOfErrors(run).map(({ path }) => path);
  expect(paths).toEqual(isWrong ? ['metadata.annotations[hematoscope.app/rerun-of]'] : []);
});

it('needs no annotation', () => {
  expect(rerunOfErrors(echoRun())).toEqual([]);
});
