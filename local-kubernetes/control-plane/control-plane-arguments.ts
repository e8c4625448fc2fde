import { join } from 'node:path';

/** The addresses of a control plane, and the folder of its files. */
export interface ControlPlaneLayout {
  directory: string;
  /** The address of the API server; etcd always listens on 127.0.0.1. */
  address: string;
  apiServerPort: number;
  etcdPort: number;
  etcdPeerPort: number;
  serviceCidr: string;
}

export const certificatesOf = (layout: ControlPlaneLayout) => join(layout.directory, 'pki');

export const serverOf = ({ address, apiServerPort }: ControlPlaneLayout) => `https://${address}:${apiServerPort}`;

export function etcdArguments({ directory, etcdPort, etcdPeerPort }: ControlPlaneLayout): string[] {
  const client = `http://127.0.0.1:${etcdPort}`;
  const peer = `http://127.0.0.1:${etcdPeerPort}`;
  return [
    '--name=local',
    `--data-dir=${join(directory, 'etcd')}`,
    `--listen-client-urls=${client}`,
    `--advertise-client-urls=${client}`,
    `--listen-peer-urls=${peer}`,
    `--initial-advertise-peer-urls=${peer}`,
    `--initial-cluster=local=${peer}`,
    '--unsafe-no-fsync', // this data need not survive a power failure, and writes are several times faster
    '--log-level=warn',
  ];
}

/**
 * Flags of both programs for the oldest Kubernetes (`KUBERNETES=oldest`). Jobs that another controller manages
 * (`managedBy`) are on by default from 1.32 on, and tests use them.
 */
const versionArguments = (environment: NodeJS.ProcessEnv): string[] =>
  environment['KUBERNETES'] === 'oldest' ? ['--feature-gates=JobManagedBy=true'] : [];

/** Flags of kube-apiserver. Those of `extra` take precedence. */
export function apiServerArguments(
  layout: ControlPlaneLayout,
  extra: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const pki = certificatesOf(layout);
  return [
    `--bind-address=${layout.address}`,
    `--advertise-address=${layout.address}`,
    `--secure-port=${layout.apiServerPort}`,
    `--etcd-servers=http://127.0.0.1:${layout.etcdPort}`,
    `--cert-dir=${pki}`,
    `--tls-cert-file=${join(pki, 'apiserver.crt')}`,
    `--tls-private-key-file=${join(pki, 'apiserver.key')}`,
    `--client-ca-file=${join(pki, 'ca.crt')}`,
    `--service-cluster-ip-range=${layout.serviceCidr}`,
    '--service-account-issuer=https://kubernetes.default.svc.cluster.local',
    `--service-account-key-file=${join(pki, 'service-account.pub')}`,
    `--service-account-signing-key-file=${join(pki, 'service-account.key')}`,
    `--requestheader-client-ca-file=${join(pki, 'front-proxy-ca.crt')}`,
    '--requestheader-allowed-names=front-proxy-client',
    '--requestheader-extra-headers-prefix=X-Remote-Extra-',
    '--requestheader-group-headers=X-Remote-Group',
    '--requestheader-username-headers=X-Remote-User',
    `--proxy-client-cert-file=${join(pki, 'front-proxy-client.crt')}`,
    `--proxy-client-key-file=${join(pki, 'front-proxy-client.key')}`,
    '--enable-aggregator-routing=true', // webhook Services resolve to their endpoints
    '--authorization-mode=Node,RBAC',
    '--enable-admission-plugins=NodeRestriction',
    '--allow-privileged=true',
    // The default reconciler publishes the address in the Service `kubernetes`, and does not accept a loopback address.
    ...(layout.address === '127.0.0.1' ? ['--endpoint-reconciler-type=none'] : []),
    ...versionArguments(environment),
    ...extra,
  ];
}

/** Flags of kube-controller-manager. The limits of its client are raised: the defaults would slow down benchmarks. */
export function controllerManagerArguments(
  layout: ControlPlaneLayout,
  extra: readonly string[] = [],
  environment: NodeJS.ProcessEnv = process.env,
): string[] {
  const pki = certificatesOf(layout);
  return [
    `--kubeconfig=${join(layout.directory, 'controller-manager.kubeconfig')}`,
    `--root-ca-file=${join(pki, 'ca.crt')}`,
    `--service-account-private-key-file=${join(pki, 'service-account.key')}`,
    '--use-service-account-credentials=true',
    `--cluster-signing-cert-file=${join(pki, 'ca.crt')}`,
    `--cluster-signing-key-file=${join(pki, 'ca.key')}`,
    `--flex-volume-plugin-dir=${join(layout.directory, 'volume-plugins')}`, // the default is in /usr/libexec
    '--leader-elect=false',
    '--secure-port=0',
    '--kube-api-qps=300',
    '--kube-api-burst=600',
    '--concurrent-job-syncs=20',
    '--concurrent-namespace-syncs=10',
    ...versionArguments(environment),
    ...extra,
  ];
}
