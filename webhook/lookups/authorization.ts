import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { GROUP, VERB_OVERRIDE, VERB_USE, VERSION, type AuthorizationMode } from '../../api/names.ts';
import { CLUSTER_JOB_TEMPLATES, JOB_TEMPLATES, type Resource } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { overridesOf } from '../../core/overrides/overrides.ts';
import { templateKeyOfRun, type TemplateKey } from '../../core/template/template-key.ts';
import type { KubeClient } from '../../kube/client/client.ts';
import { Singleflight } from './singleflight.ts';
import { withDeadline } from './with-deadline.ts';

const REVIEWS: Resource = {
  group: 'authorization.k8s.io',
  version: 'v1',
  plural: 'subjectaccessreviews',
  kind: 'SubjectAccessReview',
  clusterScoped: true,
};

const LONGEST_REVIEW_MS = 2000;
/** Under load, so many milliseconds of the same question share an answer. */
const SHARED_MS = 5;
/** What the verb `use` covers; everything else asks for `override` too. */
const COVERED = ['args', 'command', 'env'];

interface SubjectAccessReview extends KubeObject {
  spec: object;
  status?: { allowed?: boolean; evaluationError?: string };
}

export interface AuthorizationOptions {
  client: Pick<KubeClient, 'create'>;
  mode: AuthorizationMode;
}

/**
 * Whether the one who asks for a run may use its template, in mode `Use`: the API server's own authorizers say so, asked
 * by a SubjectAccessReview about the requester. Where they can't be asked, the answer is no.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  /** Runs that come together with the same question share the answer; none is from before its question. */
  readonly #reviews = new Singleflight<SubjectAccessReview>(SHARED_MS);

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /** Why this run may not be created; `undefined` when it may. */
  async refusalOfCreate(request: AdmissionRequest, run: JobRun, signal: AbortSignal): Promise<string | undefined> {
    if (this.#options.mode === 'Namespace') return undefined;
    const key = templateKeyOfRun(run);
    const beyond = overridesOf(run).filter((name) => !COVERED.includes(name));
    const [use, override] = await Promise.all([
      this.#refusal(request, { key, verb: VERB_USE, what: 'use' }, signal),
      beyond.length === 0
        ? undefined
        : this.#refusal(request, { key, verb: VERB_OVERRIDE, what: `override ${beyond.join(', ')} of` }, signal),
    ]);
    return use ?? override;
  }

  /** Why `spec.suspend` of this run may not be changed; `undefined` when it may. */
  async refusalOfSuspend(request: AdmissionRequest, run: JobRun, signal: AbortSignal): Promise<string | undefined> {
    if (this.#options.mode === 'Namespace') return undefined;
    const asked = { key: templateKeyOfRun(run), verb: VERB_OVERRIDE, what: 'override suspend of' };
    return this.#refusal(request, asked, signal);
  }

  async #refusal(
    request: AdmissionRequest,
    { key, verb, what }: { key: TemplateKey; verb: string; what: string },
    signal: AbortSignal,
  ): Promise<string | undefined> {
    const { username = '' } = request.userInfo;
    const { plural } = key.kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES;
    const where = key.namespace === undefined ? 'in the cluster' : `in namespace "${key.namespace}"`;
    const wanted = `the verb "${verb}" on ${plural}.${GROUP} "${key.name}" ${where}`;
    const sentence = `user "${username}" may not ${what} ${key.kind} "${key.name}": needed is ${wanted}`;
    try {
      const body = review(request, { key, verb, resource: plural });
      const answer = this.#reviews.run(JSON.stringify(body), () =>
        this.#options.client.create(REVIEWS, undefined, body, { timeoutMs: LONGEST_REVIEW_MS }),
      );
      const { status } = await withDeadline(answer, signal, () => {
        throw new Error('the API server took too long to answer');
      });
      if (status?.allowed === true) return undefined;
      return status?.evaluationError === undefined ? sentence : `${sentence} (${status.evaluationError})`;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `whether user "${username}" has ${wanted} could not be found out: ${why}`;
    }
  }
}

function review(
  { userInfo }: AdmissionRequest,
  { key, verb, resource }: { key: TemplateKey; verb: string; resource: string },
): SubjectAccessReview {
  const { username, uid, groups, extra } = userInfo;
  const place = key.namespace === undefined ? {} : { namespace: key.namespace };
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: {
      user: username ?? '',
      uid: uid ?? '',
      groups: groups ?? [],
      extra: extra ?? {},
      resourceAttributes: { group: GROUP, version: VERSION, resource, name: key.name, verb, ...place },
    },
  };
}
