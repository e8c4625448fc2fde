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

/** Each count reads up to ten pages. */
const MOST_COUNTS = 8;
const MOST_COUNTS_OF_NAMESPACE = 2;

/** Warns when a template is changed or deleted while JobRuns of it are unfinished. Never a reason to deny. */
export class UnfinishedRunWarnings {
  readonly #options: UnfinishedRunWarningsOptions;
  /** The namespaces whose JobRuns are being counted. */
  readonly #counting: (string | undefined)[] = [];

  constructor(options: UnfinishedRunWarningsOptions) {
    this.#options = options;
  }

  /**
   * For an UPDATE that changes the content, and for a DELETE. No warning if the JobRuns cannot be counted in time, or if
   * many are counted already.
   */
  async warnings(request: AdmissionRequest, signal: AbortSignal): Promise<string[]> {
    const template = request.oldObject as Template | null | undefined;
    if (!template || !this.#hasRoom(request.namespace)) return [];
    this.#counting.push(request.namespace);
    try {
      const runs = await unfinishedRuns(this.#options.client, keyOfTemplate(template), signal);
      if (runs.count === 0) return [];
      const effect = request.operation === 'DELETE' ? effectOfDeletion(runs) : effectOfUpdate(runs);
      return [`${numberOf(runs)} of ${nameOf(template)} ${runs.count === 1 ? 'is' : 'are'} not finished: ${effect}`];
    } catch (err) {
      this.#options.logger.debug({ err, uid: request.uid }, 'cannot count the unfinished JobRuns of a template');
      return [];
    } finally {
      this.#counting.splice(this.#counting.indexOf(request.namespace), 1);
    }
  }

  #hasRoom(namespace: string | undefined): boolean {
    const ofNamespace = this.#counting.filter((counted) => counted === namespace);
    return this.#counting.length < MOST_COUNTS && ofNamespace.length < MOST_COUNTS_OF_NAMESPACE;
  }
}

function effectOfDeletion({ count }: UnfinishedRuns): string {
  const those = count === 1 ? 'it continues if its Job exists' : 'those whose Job exists continue';
  return `${those}; without a Job, a run can fail with the reason TemplateDeleted`;
}

function effectOfUpdate({ count }: UnfinishedRuns): string {
  return count === 1 ? 'it keeps the revision it was admitted with' : 'they keep the revisions they were admitted with';
}

function numberOf({ count, atLeast }: UnfinishedRuns): string {
  if (count === 1 && !atLeast) return '1 JobRun';
  return `${atLeast ? 'at least ' : ''}${count} JobRuns`;
}

function nameOf({ kind, metadata }: Template): string {
  return `${kind} "${metadata.name ?? ''}"`;
}
