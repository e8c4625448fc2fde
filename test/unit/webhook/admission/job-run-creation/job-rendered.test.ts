import { expect, it } from 'vitest';
import { jobRendered } from '../../../../../webhook/admission/job-run-creation/job-rendered.ts';
import { echoTemplate } from '../../../core/objects.ts';
import { jobRunCreation } from '../cases.ts';

const paths = async (creation: ReturnType<typeof jobRunCreation>) =>
  (await jobRendered(creation)).errors?.map(({ path }) => path);

it('finds nothing if there is a Job, or no template', async () => {
  expect(await jobRendered(jobRunCreation())).toEqual({});
  expect(await jobRendered(jobRunCreation({}, { rendering: () => Promise.resolve(undefined) }))).toEqual({});
});

it("reports the JobRun's errors at its own fields", async () => {
  expect(await paths(jobRunCreation({ image: 'other', parameters: { a: 1 } }))).toEqual([
    'spec.parameters[a]',
    'spec.image',
  ]);
});

it("reports the template's errors at the reference", async () => {
  const broken = echoTemplate();
  broken.spec.template.spec!.containers = [];
  expect(await paths(jobRunCreation({}, {}, broken))).toEqual(['spec.templateRef']);
});
