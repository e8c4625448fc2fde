import { expect, it } from 'vitest';
import { compileTemplate } from '../../../../../core/template/compile.ts';
import { parametersUsed } from '../../../../../webhook/admission/template-change/parameters-used.ts';
import { echoTemplate } from '../../../core/objects.ts';

const found = (args: string[]) => {
  const spec = { containers: [{ name: 'echo', image: 'busybox', args }] };
  const template = { ...echoTemplate({ template: { spec } }), parameters: [{ name: 'month' }] };
  return parametersUsed({ compiled: () => compileTemplate(template) });
};

it('an unused parameter is a warning', () => {
  expect(found(['--month='])).toEqual({ warnings: [expect.stringContaining('"month"')] });
  expect(found(['--month=$(params.month)'])).toEqual({ warnings: [] });
});

it('a template with errors has no such warning: its placeholders may be wrong', () => {
  expect(found(['--month=$(params.mnth)'])).toEqual({});
});
