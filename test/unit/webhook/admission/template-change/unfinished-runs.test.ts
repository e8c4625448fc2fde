import { expect, it } from 'vitest';
import { unfinishedRuns } from '../../../../../webhook/admission/template-change/unfinished-runs.ts';
import { admissionCase } from '../cases.ts';

const check = unfinishedRuns({ unfinishedRuns: { warnings: () => Promise.resolve(['3 JobRuns']) } });

it.each([
  ['CREATE', {}],
  ['UPDATE', { effects: ['3 JobRuns'] }],
  ['DELETE', { effects: ['3 JobRuns'] }],
] as const)('on %s', async (operation, findings) => {
  expect(await check(admissionCase({ operation }))).toEqual(findings);
});
