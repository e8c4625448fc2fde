import { GROUP } from '../../api/names.ts';

/** Keys, or prefixes of keys, that a run can never set, and the reason for people. */
interface Reserved {
  /** Keys as a whole, such as `job-name`. */
  keys?: readonly string[];
  /** Domains before the slash of a key. The domain itself, and all domains below it. */
  domains?: readonly string[];
  /** How a key begins, for annotations that have no domain. */
  beginnings?: readonly string[];
  why: string;
}

const SECURITY = 'can change the security of a Pod: only the template can set it';

/** What gives a Pod an identity in a cloud, or the credentials of one. */
const IDENTITIES = [
  'amazonaws.com',
  'azure.workload.identity',
  'cloud.google.com',
  'gke.io',
  'spiffe.io',
  'hashicorp.com',
  'vault.security.banzaicloud.io',
];
/** What attaches a Pod to a network, or gives it an address. */
const NETWORKS = [
  'k8s.v1.cni.cncf.io',
  'k8s.ovn.org',
  'projectcalico.org',
  'cilium.io',
  'kube-ovn.io',
  'network.harvesterhci.io',
];
/** What adds containers to a Pod. */
const INJECTIONS = [
  'istio.io',
  'linkerd.io',
  'kuma.io',
  'openservicemesh.io',
  'dapr.io',
  'instrumentation.opentelemetry.io',
  'sidecar.opentelemetry.io',
  'sidecar.jaegertracing.io',
  'admission.datadoghq.com',
  'admission.aquasec.com',
];

const RESERVED: readonly Reserved[] = [
  { domains: [GROUP], why: 'is set by job-template-run itself' },
  {
    domains: ['app.kubernetes.io'],
    why: 'can be what Services, NetworkPolicies and deployment tools select by: only the template can set it',
  },
  { keys: ['job-name', 'controller-uid'], domains: ['batch.kubernetes.io'], why: 'is set by Kubernetes on every Job' },
  { domains: ['kubernetes.io', 'k8s.io'], why: 'is reserved for Kubernetes: only the template can set it' },
  { domains: ['helm.sh'], why: 'is reserved for Helm, which tracks its own objects by it' },
  { domains: ['argocd.argoproj.io'], why: 'is reserved for Argo CD, which tracks its own objects by it' },
  { domains: ['fluxcd.io'], why: 'is reserved for Flux, which tracks its own objects by it' },
  {
    domains: ['k14s.io', 'cattle.io', 'kpt.dev', 'pulumi.com'],
    why: 'is reserved for a deployment tool, which tracks its own objects by it',
  },
  { keys: ['aadpodidbinding'], domains: IDENTITIES, why: SECURITY },
  { domains: NETWORKS, why: SECURITY },
  { domains: INJECTIONS, why: SECURITY },
  { domains: ['openshift.io'], why: SECURITY },
  {
    beginnings: ['io.kubernetes.cri', 'io.kubernetes.container', 'io.katacontainers.', 'io.containers.', 'run.oci.'],
    why: SECURITY,
  },
];

/** Keys of Kubernetes that change neither what selects a Pod nor what the Pod may do. */
const HARMLESS = new Set([
  'cluster-autoscaler.kubernetes.io/safe-to-evict',
  'controller.kubernetes.io/pod-deletion-cost',
  'kubectl.kubernetes.io/default-container',
]);

/**
 * Why a run cannot set this label or annotation of its Job and Pods; `undefined` if it can. Kubernetes accepts capital
 * letters in the domain of an annotation, so the case of letters does not matter.
 */
export function reservedKey(key: string): string | undefined {
  const lower = key.toLowerCase();
  if (HARMLESS.has(lower)) return undefined;
  const [domain = ''] = lower.split('/', 1);
  return (
    BY_KEY.get(lower) ?? whyOfDomain(domain) ?? BY_BEGINNING.find(({ beginning }) => lower.startsWith(beginning))?.why
  );
}

const BY_KEY = new Map(RESERVED.flatMap(({ keys = [], why }) => keys.map((key) => [key, why])));
const BY_DOMAIN = new Map(RESERVED.flatMap(({ domains = [], why }) => domains.map((domain) => [domain, why])));
const BY_BEGINNING = RESERVED.flatMap(({ beginnings = [], why }) =>
  beginnings.map((beginning) => ({ beginning, why })),
);
/** Names between the dots of the longest domain. */
const MOST_NAMES = Math.max(...Array.from(BY_DOMAIN.keys(), (domain) => domain.split('.').length));

/** The reason of the longest domain that this one is, or that it is below. */
function whyOfDomain(domain: string): string | undefined {
  let why: string | undefined;
  for (let [names, start] = [0, domain.length]; names < MOST_NAMES && start > 0; names++) {
    start = domain.lastIndexOf('.', start - 1);
    why = BY_DOMAIN.get(domain.slice(start + 1)) ?? why;
  }
  return why;
}
