import type { JobTemplate } from '../../../../api/job-template.ts';
import { MOST_ERRORS } from '../../../../api/limits.ts';
import { field } from '../../../../core/errors/field.ts';
import { hidingFromOthers } from '../../../../core/job/secret-values.ts';
import { render } from '../../../../core/job/render.ts';
import { referencesOf } from '../../../../core/job/references.ts';
import { quantityErrors } from '../../../../core/refusal/quantity-errors.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { trialFindings, trialOf } from '../../../../core/template/trial.ts';
import { jobRunPatch } from '../../../../webhook/admission/job-run-mutation/job-run-patch.ts';
import { echoRun, echoTemplate } from '../objects.ts';
import { args, type Hostile } from './hostile-runs.ts';

/** A piece of work that the webhook or the syncer does for a request or a run. */
export interface Piece {
  name: string;
  work: () => unknown;
}

/** More than any message has. */
const LONG_MESSAGE = 100_000;

/** The pieces of work for the objects of a tenant. Between two of them, other requests get their turn or can get it. */
export function piecesOf(
  { template: templateOf = () => args([]), run: runOf = () => ({}) }: Hostile,
  size: number,
): Piece[] {
  const template: JobTemplate = { ...echoTemplate(), ...templateOf(size) };
  const run = echoRun(runOf(size));
  const compiled = compileTemplate(template);
  const isValid = compiled.errors.length === 0;
  const rendered = render(compiled, run);
  const review: Piece[] = [{ name: 'the errors of the template', work: () => compileTemplate(template).errors }];
  if (isValid) {
    review.push({ name: 'the trial of the template', work: () => trialJob(template) });
    review.push({ name: 'the Job of the run', work: () => render(compiled, run) });
  }
  if ('job' in rendered) {
    review.push({ name: 'the origins of the Job', work: rendered.origins });
    review.push({
      name: 'references and quantities',
      work: () => [referencesOf(rendered.job), quantityErrors(rendered.job)],
    });
  }
  const [key = ''] = Object.keys(run.spec.metadata?.annotations ?? {});
  const refusal = field.invalid(`spec.template.spec.containers[0].resources.limits[${key}]`, key, 'is wrong');
  review.push({ name: 'what a refusal means', work: () => trialFindings(compiled, [refusal]) });
  const labelled = { ...run, metadata: { ...run.metadata, labels: run.spec.metadata?.labels ?? {} } };
  review.push({ name: 'the patch of the run', work: () => jobRunPatch(run, labelled) });
  const text = JSON.stringify(run.spec).slice(0, LONG_MESSAGE);
  review.push({
    name: 'what messages hide',
    work: () => {
      const hide = hidingFromOthers(compiled, run);
      return Array.from({ length: MOST_ERRORS }, () => hide(text));
    },
  });
  return review;
}

function trialJob(template: JobTemplate): unknown {
  const trial = trialOf(compileTemplate(template));
  return render(trial.template, echoRun({ parameters: trial.parameters }));
}
