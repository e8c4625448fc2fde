import { describe, expect, it } from 'vitest';
import { reservedKey } from '../../../../core/overrides/reserved-keys.ts';

describe('a run can set', () => {
  it.each([
    'team',
    'name',
    'example.com/owner',
    'myhematoscope.app/x',
    'hematoscope.app.example.com/x',
    'example.com/hematoscope.app',
    'example.com/job-name',
    'helm.sh.example.com/chart',
    'notkubernetes.io/x',
    'kueue.x-k8s.io/queue-name',
    'workflows.argoproj.io/workflow',
    'prometheus.io/scrape',
    'cluster-autoscaler.kubernetes.io/safe-to-evict',
    'controller.kubernetes.io/pod-deletion-cost',
    'kubectl.kubernetes.io/default-container',
  ])('%s', (key) => {
    expect(reservedKey(key)).toBeUndefined();
  });
});

describe('a run cannot set', () => {
  it.each<[string, RegExp, string[]]>([
    [
      'what identifies the owner of a Job',
      /^is set by job-template-run itself$/,
      ['hematoscope.app/job-run', 'hematoscope.app/anything', 'sub.hematoscope.app/x', 'hematoscope.app'],
    ],
    [
      'what Services select by',
      /Services, NetworkPolicies/,
      ['app.kubernetes.io/name', 'app.kubernetes.io/instance', 'app.kubernetes.io/managed-by'],
    ],
    [
      'what the Job controller sets',
      /^is set by Kubernetes/,
      ['job-name', 'controller-uid', 'batch.kubernetes.io/job-name', 'batch.kubernetes.io/controller-uid'],
    ],
    [
      'security annotations of Kubernetes',
      /^is reserved for Kubernetes/,
      [
        'container.apparmor.security.beta.kubernetes.io/main',
        'seccomp.security.alpha.kubernetes.io/pod',
        'container.seccomp.security.alpha.kubernetes.io/main',
        'pod-security.kubernetes.io/exempt',
        'pod-security.kubernetes.io/enforce',
        'kubernetes.io/psp',
        'node.k8s.io/x',
      ],
    ],
    ['what Helm tracks', /Helm/, ['helm.sh/chart', 'helm.sh/hook', 'meta.helm.sh/release-name']],
    ['what Argo CD tracks', /Argo CD/, ['argocd.argoproj.io/instance', 'argocd.argoproj.io/tracking-id']],
    ['what Flux tracks', /Flux/, ['kustomize.toolkit.fluxcd.io/name', 'helm.toolkit.fluxcd.io/name']],
    [
      'settings of runtimes and meshes that change security',
      /security of a Pod/,
      [
        'openshift.io/scc',
        'sidecar.istio.io/inject',
        'linkerd.io/inject',
        'iam.amazonaws.com/role',
        'k8s.v1.cni.cncf.io/networks',
        'io.kubernetes.cri-o.userns-mode',
        'io.katacontainers.config.hypervisor.kernel',
        'run.oci.keep_original_groups',
      ],
    ],
    [
      'what other deployment tools track',
      /deployment tool/,
      ['kapp.k14s.io/app', 'kapp.k14s.io/association', 'cattle.io/status', 'objectset.rio.cattle.io/id', 'kpt.dev/x'],
    ],
    [
      'identities in a cloud',
      /security of a Pod/,
      [
        'azure.workload.identity/use',
        'sub.azure.workload.identity/use',
        'aadpodidbinding',
        'eks.amazonaws.com/role-arn',
        'iam.gke.io/gcp-service-account',
        'spiffe.io/spire-managed-identity',
        'vault.hashicorp.com/agent-inject',
        'vault.hashicorp.com/role',
        'vault.security.banzaicloud.io/vault-role',
      ],
    ],
    [
      'attachments to networks',
      /security of a Pod/,
      [
        'k8s.v1.cni.cncf.io/networks',
        'v1.multus-cni.k8s.v1.cni.cncf.io/default-network',
        'k8s.ovn.org/pod-networks',
        'cni.projectcalico.org/ipAddrs',
        'cni.cilium.io/x',
      ],
    ],
    [
      'addresses of OVN',
      /reserved for Kubernetes/,
      ['ovn.kubernetes.io/ip_address', 'ovn.kubernetes.io/logical_switch'],
    ],
    [
      'injections of containers',
      /security of a Pod/,
      [
        'istio.io/rev',
        'sidecar.istio.io/inject',
        'proxy.istio.io/config',
        'config.linkerd.io/proxy-uid',
        'consul.hashicorp.com/connect-inject',
        'kuma.io/sidecar-injection',
        'dapr.io/enabled',
        'instrumentation.opentelemetry.io/inject-java',
        'admission.datadoghq.com/enabled',
      ],
    ],
    [
      'any of them in capital letters, which Kubernetes accepts in annotations',
      /.+/,
      [
        'Container.AppArmor.security.beta.kubernetes.io/main',
        'APP.kubernetes.io/instance',
        'Meta.Helm.sh/x',
        'Job-Name',
      ],
    ],
  ])('%s', (_, why, keys) => {
    for (const key of keys) expect(reservedKey(key), key).toMatch(why);
  });
});
