import { expect, it } from 'vitest';
import type { TemplateContent } from '../../../../api/job-template.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { unusedParameterWarnings } from '../../../../core/template/unused-parameters.ts';
import { echoTemplate } from '../objects.ts';

const FILES = { name: 'files', schema: { type: 'array', items: { type: 'string' } } } as const;

const warningsOf = (args: string[], names: string[], more: Partial<TemplateContent> = {}): string[] => {
  const containers = [{ name: 'echo', image: 'busybox', args }];
  const parameters = [...names.map((name) => ({ name })), ...(more.parameters ?? [])];
  return unusedParameterWarnings(
    compileTemplate({ ...echoTemplate({ template: { spec: { containers } } }), ...more, parameters }),
  );
};

const END = 'a shell removes this from a here-document unless EOF is quoted';

it.each<[string, { args: string[]; names: string[]; more?: Partial<TemplateContent> }, string[]]>([
  ['there are no parameters', { args: ['--month='], names: [] }, []],
  [
    'each is used',
    { args: ['--month=$(params.month)', '$(params.files[*])'], names: ['month'], more: { parameters: [FILES] } },
    [],
  ],
  [
    'one is used in jobMetadata',
    { args: [], names: ['team'], more: { jobMetadata: { labels: { team: '$(params.team)' } } } },
    [],
  ],
  [
    'a shell has removed the placeholder',
    { args: ['--month='], names: ['month'] },
    [`nothing in the template uses the parameter "month"; write $(params.month) where its value belongs; ${END}`],
  ],
  [
    'the placeholder is escaped',
    { args: ['$$(params.month)'], names: ['month', 'day'] },
    [
      `nothing in the template uses the parameters "month", "day"; write $(params.month) where its value belongs; ${END}`,
    ],
  ],
])('the warnings where %s', (_, { args, names, more }, expected) => {
  expect(warningsOf(args, names, more)).toEqual(expected);
});
