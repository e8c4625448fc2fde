import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeCertificates, type CertificateRequest } from './certificates.ts';
import { certificatesOf, serverOf, type ControlPlaneLayout } from './control-plane-arguments.ts';
import { writeKubeconfig } from './kubeconfig.ts';

/** Clients that get a certificate and a kubeconfig, `CLIENT.kubeconfig`. `admin` has all permissions. */
const clients: readonly { name: string; commonName: string; organizations?: string[] }[] = [
  { name: 'admin', commonName: 'admin', organizations: ['system:masters'] },
  { name: 'controller-manager', commonName: 'system:kube-controller-manager' },
];

export type Client = (typeof clients)[number];

/** Writes the certificates and kubeconfigs of a control plane. Existing authorities and keys are reused. */
export async function writeControlPlaneFiles(
  layout: ControlPlaneLayout,
  { hosts = [], moreClients = [] }: { hosts?: string[]; moreClients?: readonly Client[] } = {},
): Promise<void> {
  await mkdir(join(layout.directory, 'logs'), { recursive: true });
  const allClients = [...clients, ...moreClients];
  await makeCertificates({
    directory: certificatesOf(layout),
    authorities: ['ca', 'front-proxy-ca'],
    keys: ['service-account'],
    certificates: [
      servingCertificate(layout, hosts),
      { name: 'front-proxy-client', authority: 'front-proxy-ca', commonName: 'front-proxy-client' },
      ...allClients.map((client) => ({ ...client, authority: 'ca' })),
    ],
  });
  for (const { name } of allClients) {
    const path = join(layout.directory, `${name}.kubeconfig`);
    await writeKubeconfig({ path, server: serverOf(layout), certificates: certificatesOf(layout), client: name });
  }
}

function servingCertificate(layout: ControlPlaneLayout, hosts: string[]): CertificateRequest {
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const names = ['localhost', '127.0.0.1', layout.address, firstAddress(layout.serviceCidr), ...service, ...hosts];
  return { name: 'apiserver', authority: 'ca', commonName: 'kube-apiserver', hosts: [...new Set(names)] };
}

/** The first address of a Service range, which belongs to the API server: `10.96.0.0/16` → `10.96.0.1`. */
export function firstAddress(cidr: string): string {
  return cidr.replace(/\.0\/\d+$/, '.1');
}
