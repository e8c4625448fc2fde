import type { Logger } from 'pino';
import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { Template } from '../../api/job-template.ts';
import { keyOfTemplate } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { unfinishedRuns, type UnfinishedRuns } from './unfinished-runs.ts';

export interface UnfinishedRunWarningsOptions {
  client: Pick<KubeClient, 'list'>;
  logger: Pick<Logger, 'debug'>;
}

/** Warns whoever changes or deletes a template of the runs that are under way with it. Never a reason to refuse. */
export class UnfinishedRunWarnings {
  readonly #options: UnfinishedRunWarningsOptions;

  constructor(options: UnfinishedRunWarningsOptions) {
    this.#options = options;
  }

  /** For an UPDATE that changes the content, and for a DELETE. What cannot be counted in time is not warned of. */
  async warnings(request: AdmissionRequest, signal: AbortSignal): Promise<string[]> {
    const template = request.oldObject as Template | null | undefined;
    if (!template) return [];
    try {
      const runs = await unfinishedRuns(this.#options.client, keyOfTemplate(template), signal);
      if (runs.count === 0) return [];
      return [request.operation === 'DELETE' ? deleted(template, runs) : updated(template, runs)];
    } catch (err) {
      this.#options.logger.debug({ err, uid: request.uid }, 'the unfinished runs of a template could not be counted');
      return [];
    }
  }
}

function deleted(template: Template, runs: UnfinishedRuns): string {
  const those = runs.count === 1 ? 'it goes on if it has its Job' : 'those that have their Job go on';
  return `${howMany(runs)} of ${called(template)} ${runs.count === 1 ? 'is' : 'are'} not finished: ${those}; without one, a run may end with the reason TemplateDeleted`;
}

function updated(template: Template, runs: UnfinishedRuns): string {
  const keep = runs.count === 1 ? 'it keeps the revision it was' : 'they keep the revisions they were';
  return `${howMany(runs)} of ${called(template)} ${runs.count === 1 ? 'is' : 'are'} not finished: ${keep} admitted with`;
}

function howMany({ count, atLeast }: UnfinishedRuns): string {
  if (count === 1 && !atLeast) return '1 JobRun';
  return `${atLeast ? 'at least ' : ''}${count} JobRuns`;
}

function called({ kind, metadata }: Template): string {
  return `${kind} "${metadata.name ?? ''}"`;
}
