import type { AdmissionRequest } from '../../api/admission-review.ts';
import type { JobRun } from '../../api/job-run.ts';
import { GROUP, VERB_OVERRIDE, VERB_USE, VERSION } from '../../api/names.ts';
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

const REVIEW_TIMEOUT_MS = 2000;
/** Under load, equal reviews within this many milliseconds share an answer. */
const SHARED_MS = 5;
/** The overrides that the verb `use` includes. All others require `override` too. */
const INCLUDED_IN_USE = ['args', 'command', 'env'];

interface SubjectAccessReview extends KubeObject {
  spec: object;
  status?: { allowed?: boolean; evaluationError?: string };
}

/** A verb on a template; `action` describes it for messages. */
interface Permission {
  key: TemplateKey;
  verb: string;
  action: string;
}

export interface AuthorizationOptions {
  client: Pick<KubeClient, 'create'>;
  /** False: every user may, without a review. */
  enabled: boolean;
}

/**
 * Checks whether the user of a request may use a template. The API server's authorizers decide, through a
 * SubjectAccessReview for that user. If the review fails, the user is denied.
 */
export class Authorization {
  readonly #options: AuthorizationOptions;
  /** Equal reviews that arrive together share one request. A review never gets an answer that is older than itself. */
  readonly #reviews = new Singleflight<SubjectAccessReview>(SHARED_MS);

  constructor(options: AuthorizationOptions) {
    this.#options = options;
  }

  /** Why the user may not create this JobRun; `undefined` if the user may. */
  async refusalOfCreate(request: AdmissionRequest, run: JobRun, signal: AbortSignal): Promise<string | undefined> {
    if (!this.#options.enabled) return undefined;
    const key = templateKeyOfRun(run);
    const beyond = overridesOf(run).filter((name) => !INCLUDED_IN_USE.includes(name));
    const [use, override] = await Promise.all([
      this.#refusal(request, { key, verb: VERB_USE, action: 'use' }, signal),
      beyond.length === 0
        ? undefined
        : this.#refusal(request, { key, verb: VERB_OVERRIDE, action: `override ${beyond.join(', ')} of` }, signal),
    ]);
    return use ?? override;
  }

  /** Why the user may not change `spec.suspend` of this JobRun; `undefined` if the user may. */
  async refusalOfSuspend(request: AdmissionRequest, run: JobRun, signal: AbortSignal): Promise<string | undefined> {
    if (!this.#options.enabled) return undefined;
    const permission = { key: templateKeyOfRun(run), verb: VERB_OVERRIDE, action: 'override suspend of' };
    return this.#refusal(request, permission, signal);
  }

  async #refusal(request: AdmissionRequest, permission: Permission, signal: AbortSignal): Promise<string | undefined> {
    const { key, action } = permission;
    const user = `user "${request.userInfo.username ?? ''}"`;
    const wanted = describe(permission);
    try {
      const { status } = await this.#review(reviewOf(request, permission), signal);
      if (status?.allowed === true) return undefined;
      const refusal = `${user} cannot ${action} ${key.kind} "${key.name}": this requires ${wanted}`;
      return status?.evaluationError === undefined ? refusal : `${refusal} (${status.evaluationError})`;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return `cannot check whether ${user} has ${wanted}: ${why}`;
    }
  }

  #review(review: SubjectAccessReview, signal: AbortSignal): Promise<SubjectAccessReview> {
    const answer = this.#reviews.run(JSON.stringify(review), () =>
      this.#options.client.create(REVIEWS, undefined, review, { timeoutMs: REVIEW_TIMEOUT_MS }),
    );
    return withDeadline(answer, signal, () => {
      throw new Error('the API server took too long to answer');
    });
  }
}

function describe({ key, verb }: Permission): string {
  const where = key.namespace === undefined ? 'in the cluster' : `in namespace "${key.namespace}"`;
  return `the verb "${verb}" on ${pluralOf(key)}.${GROUP} "${key.name}" ${where}`;
}

function reviewOf({ userInfo }: AdmissionRequest, { key, verb }: Permission): SubjectAccessReview {
  const { username, uid, groups, extra } = userInfo;
  const place = key.namespace === undefined ? {} : { namespace: key.namespace };
  const resource = pluralOf(key);
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

function pluralOf({ kind }: TemplateKey): string {
  return (kind === 'ClusterJobTemplate' ? CLUSTER_JOB_TEMPLATES : JOB_TEMPLATES).plural;
}
