import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ControlPlaneLayout } from './control-plane-arguments.ts';

/**
 * What is logged. `requests`: the user, the request and the response code. `objects`: also the bodies of requests for
 * Leases and of status writes of JobRuns.
 */
export type AuditLevel = 'requests' | 'objects';

export const auditLogOf = ({ directory }: ControlPlaneLayout) => join(directory, 'logs', 'audit.jsonl');

/** Writes the audit policy. Returns the flags with which kube-apiserver uses it. */
export async function auditArguments(layout: ControlPlaneLayout, level: AuditLevel): Promise<string[]> {
  const policyFile = join(layout.directory, 'audit-policy.yaml');
  const withBodies = [
    { level: 'RequestResponse', resources: [{ group: 'hematoscope.app', resources: ['jobruns/status'] }] },
    { level: 'RequestResponse', resources: [{ group: 'coordination.k8s.io', resources: ['leases'] }] },
  ];
  const policy = {
    apiVersion: 'audit.k8s.io/v1',
    kind: 'Policy',
    omitStages: ['RequestReceived'],
    omitManagedFields: true,
    rules: [
      { level: 'None', users: ['system:apiserver', 'system:kube-controller-manager', 'system:anonymous'] },
      { level: 'None', userGroups: ['system:serviceaccounts:kube-system', 'system:nodes'] },
      ...(level === 'objects' ? withBodies : []),
      { level: 'Metadata' },
    ],
  };
  await writeFile(policyFile, stringify(policy));
  return [
    `--audit-policy-file=${policyFile}`,
    `--audit-log-path=${auditLogOf(layout)}`,
    '--audit-log-maxsize=100000', // in megabytes: the log is never rotated, so a mark in it stays valid
  ];
}
