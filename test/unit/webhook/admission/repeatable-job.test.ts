import { expect, it } from 'vitest';
import { render } from '../../../../core/job/render.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { RepeatableJob, repeatableJob } from '../../../../webhook/admission/repeatable-job.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

/** The Job of a run with an argument of this length, and how often it was rendered. */
function jobWith(length: number) {
  const count = { renderings: 0 };
  const repeatable = repeatableJob(() => {
    count.renderings += 1;
    return render(compileTemplate(echoTemplate()), echoRun({ args: ['x'.repeat(length)] }));
  });
  if (!(repeatable instanceof RepeatableJob)) throw new Error(JSON.stringify(repeatable));
  return { repeatable, count };
}

const ARGUMENT = 'spec.template.spec.containers[0].args[0]';

it('a small Job is rendered once', () => {
  const { repeatable, count } = jobWith(10);
  const job = repeatable.job();
  repeatable.release();
  expect(repeatable.job()).toBe(job);
  expect(count.renderings).toBe(1);
});

it('a large Job is rendered again after it was released, and held until it is released again', () => {
  const { repeatable, count } = jobWith(60_000);
  const job = repeatable.job();
  expect(repeatable.job()).toBe(job);
  expect(repeatable.bytes).toBeGreaterThanOrEqual(JSON.stringify(job).length);
  repeatable.release();
  const again = repeatable.job();
  expect(again).not.toBe(job);
  expect(again).toEqual(job);
  expect(repeatable.job()).toBe(again);
  expect(repeatable.origins().of(ARGUMENT)).toBeDefined();
  expect(count.renderings).toBe(2);
  repeatable.release();
  expect(repeatable.job()).not.toBe(again);
});

it('the origins of a released Job are known', () => {
  const { repeatable } = jobWith(60_000);
  const before = repeatable.origins().of(ARGUMENT);
  repeatable.release();
  expect(repeatable.origins().of(ARGUMENT)).toEqual(before);
  expect(before).toBeDefined();
});

it('what has errors is not a Job', () => {
  const rendered = repeatableJob(() => ({ errors: [], of: 'template' }));
  expect(rendered).toEqual({ errors: [], of: 'template' });
});

it('a Job that cannot be rendered again is a bug', () => {
  const first = render(compileTemplate(echoTemplate()), echoRun({ args: ['x'.repeat(60_000)] }));
  if ('errors' in first) throw new Error(JSON.stringify(first));
  const repeatable = new RepeatableJob(first, () => ({ errors: [], of: 'run' }));
  repeatable.release();
  expect(() => repeatable.job()).toThrow('has no Job now');
});
