import { LABEL_APP_VERSION } from '../../api/names.ts';
import type { RenderedTemplate } from '../../api/rendered-template.ts';
import type { Job } from '../../api/wire.ts';
import type { TemplateVersion } from '../template/template-version.ts';
import type { Situation, TemplateResolution } from './situation.ts';
import type { Step } from './step.ts';

/** The step for a Job that an earlier attempt has created. The template is read first: the status names its version. */
export function adoption(job: Job, { template }: Situation): Step {
  if (template === undefined) return { kind: 'readTemplate' };
  return { kind: 'adoptJob', job, template: templateOfJob(job, template) };
}

/** Known only if the template still has the revision that the label of the Job names. */
function templateOfJob(job: Job, resolution: TemplateResolution): RenderedTemplate | undefined {
  if (resolution.kind !== 'found') return undefined;
  const { template } = resolution;
  const isSame = job.metadata?.labels?.[LABEL_APP_VERSION] === template.compiled.revision;
  return isSame ? renderedTemplate(template) : undefined;
}

/** What the status of a run names as its template. */
export function renderedTemplate({ compiled, generation, uid }: TemplateVersion): RenderedTemplate {
  return { revision: compiled.revision, generation, uid };
}
