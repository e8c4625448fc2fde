import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import { validateJobTemplate } from '../../../../api/validators.ts';
import { checkTemplate } from '../../../../cli/lint/check-template.ts';
import { decidersWith } from '../../webhook/deciders.ts';
import { FakeApiServer } from '../../webhook/fake-api-server.ts';
import { jobRunReview, jobTemplateReview } from '../../webhook/reviews.ts';
import { linted } from './manifests.ts';
import { mutated, RUN, TEMPLATE } from './mutations.ts';

const SIGNAL = new AbortController().signal;

const decidersKnowing = (template?: object) => {
  const client = new FakeApiServer();
  if (template) client.templates.set('team/batch', template as JobTemplate);
  return decidersWith({ client });
};

const errorsOf = (...objects: object[]): string[] =>
  linted({ f: JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }) }).filter((line) =>
    line.includes(' error '),
  );

it('the objects that are changed here are right as they are', () => {
  expect(errorsOf(RUN, TEMPLATE)).toEqual([]);
});

it('a template has errors exactly if the schema or admission refuses it', async () => {
  let [refused, accepted] = [0, 0];
  await fc.assert(
    fc.asyncProperty(mutated(TEMPLATE), async (template) => {
      const { request } = jobTemplateReview(template.spec);
      const review = { ...request, object: template };
      const isRefused =
        validateJobTemplate(template).length > 0 || !(await decidersKnowing().validate(review, SIGNAL)).allowed;
      const errors = errorsOf(template);
      expect(errors.length > 0, errors.join('\n')).toBe(isRefused);
      if (isRefused) refused++;
      else accepted++;
    }),
    { numRuns: 400 },
  );
  expect([refused > 50, accepted > 50], `${refused} refused, ${accepted} accepted`).toEqual([true, true]);
}, 60_000);

it('a run has errors exactly if admission refuses it, in files of any order', async () => {
  let [refused, accepted] = [0, 0];
  await fc.assert(
    fc.asyncProperty(mutated(RUN), async (run) => {
      const { request } = jobRunReview(run.spec);
      const review = { ...request, object: run };
      const { validate } = decidersKnowing(TEMPLATE);
      const isKnown = (run.spec as { templateRef?: unknown } | undefined)?.templateRef === 'batch';
      const verdict = await validate(review, SIGNAL);
      const errors = errorsOf(run, TEMPLATE);
      expect(errorsOf(TEMPLATE, run).toSorted()).toEqual(errors.toSorted());
      const causes = verdict.allowed ? [] : (verdict.status.details?.causes ?? []);
      const needsCluster = causes.every(({ field, reason }) => field === 'spec.templateRef' && reason === NOT_FOUND);
      const isRefused = !verdict.allowed && (isKnown || !needsCluster);
      expect(errors.length > 0, `${errors.join('\n')}\n${JSON.stringify(causes)}`).toBe(isRefused);
      if (isRefused) refused++;
      else accepted++;
    }),
    { numRuns: 400 },
  );
  expect([refused > 50, accepted > 50], `${refused} refused, ${accepted} accepted`).toEqual([true, true]);
}, 60_000);

const NOT_FOUND = 'FieldValueNotFound';

it('a template of any content never stops the command', () => {
  const anything = fc.record(
    { metadata: fc.anything(), spec: fc.anything(), parameters: fc.anything(), runs: fc.anything() },
    { requiredKeys: [] },
  );
  fc.assert(
    fc.property(anything, (fields) => {
      const object = JSON.parse(
        JSON.stringify({ apiVersion: TEMPLATE.apiVersion, kind: TEMPLATE.kind, ...fields }),
      ) as KubeObject;
      expect(checkTemplate(object).findings.length).toBeGreaterThan(0);
    }),
  );
});
