import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { JobOfRun, renderingOf } from '../../../../../webhook/admission/job-run-creation/rendering.ts';
import { echoRun, echoTemplate } from '../../../core/objects.ts';

/** The Job of a run with an argument of this length. */
function jobWith(length: number): JobOfRun {
  const { rendered } = renderingOf(versionOfTemplate(echoTemplate()), echoRun({ args: ['x'.repeat(length)] }));
  if (!(rendered instanceof JobOfRun)) throw new Error(JSON.stringify(rendered));
  return rendered;
}

const ARGUMENT = 'spec.template.spec.containers[0].args[0]';

it('a small Job is rendered once', () => {
  const small = jobWith(10);
  const job = small.job();
  small.release();
  expect(small.job()).toBe(job);
});

it('a large Job is rendered again after it was released, and not held then', () => {
  const large = jobWith(60_000);
  const job = large.job();
  expect(large.job()).toBe(job);
  expect(large.bytes).toBeGreaterThanOrEqual(JSON.stringify(job).length);
  large.release();
  const again = large.job();
  expect(again).not.toBe(job);
  expect(again).toEqual(job);
  expect(large.job()).not.toBe(again);
});

it('the origins of a released Job are known', () => {
  const large = jobWith(60_000);
  const before = large.origins().of(ARGUMENT);
  large.release();
  expect(large.origins().of(ARGUMENT)).toEqual(before);
  expect(before).toBeDefined();
});

it('the errors of a run are those of its rendering', () => {
  const { rendered } = renderingOf(versionOfTemplate(echoTemplate()), echoRun({ image: 'other' }));
  expect(rendered).toMatchObject({ of: 'run', errors: [{ path: 'spec.image' }] });
});
