import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseAllDocuments, stringify } from 'yaml';
import type { JobSpec } from '../../api/wire.ts';
import { REFERENCE_KINDS, referencesOf } from '../../core/job/references.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { run } from '../../local-kubernetes/run.ts';

const variables = [
  { name: 'A', valueFrom: { configMapKeyRef: { name: 'settings', key: 'a' } } },
  { name: 'B', valueFrom: { secretKeyRef: { name: 'token', key: 'b' } } },
];
const envFrom = [{ configMapRef: { name: 'settings' } }, { secretRef: { name: 'token' } }];
const container = { name: 'main', image: 'busybox', env: variables, envFrom };

/** Names an object in every field that can. */
const podSpec = {
  restartPolicy: 'Never',
  serviceAccountName: 'robot',
  priorityClassName: 'urgent',
  imagePullSecrets: [{ name: 'token' }],
  initContainers: [{ ...container, name: 'first' }],
  containers: [container],
  volumes: [
    { name: 'a', configMap: { name: 'settings' } },
    { name: 'b', secret: { secretName: 'token' } },
    { name: 'c', persistentVolumeClaim: { claimName: 'data' } },
    {
      name: 'd',
      projected: { sources: [{ configMap: { name: 'settings' } }, { secret: { name: 'token' } }] },
    },
    { name: 'e', csi: { driver: 'files', nodePublishSecretRef: { name: 'token' } } },
  ],
};

const object = (kind: string, name: string, spec?: object, apiVersion = 'hematoscope.app/v1') => ({
  apiVersion,
  kind,
  metadata: { name },
  ...(spec && { spec }),
});

const RESOURCES = [
  object('JobTemplate', 'report', { template: { spec: podSpec } }),
  object('ClusterJobTemplate', 'report-all', { template: { spec: podSpec } }),
  object('JobRun', 'report-1', {
    templateRef: 'report',
    priorityClassName: 'urgent',
    env: variables,
    containers: [{ name: 'first', env: variables, envFrom }],
  }),
  object('JobRun', 'report-2', { templateRef: 'report-all', templateKind: 'ClusterJobTemplate' }),
  object('JobRun', 'other', { templateRef: 'of-somebody-else' }),
  object('ServiceAccount', 'robot', undefined, 'v1'),
  object('PersistentVolumeClaim', 'data', undefined, 'v1'),
  object('PriorityClass', 'urgent', undefined, 'scheduling.k8s.io/v1'),
];

const KUSTOMIZATION = {
  apiVersion: 'kustomize.config.k8s.io/v1beta1',
  kind: 'Kustomization',
  namePrefix: 'dev-',
  resources: ['resources.yaml'],
  configMapGenerator: [{ name: 'settings', literals: ['a=1'] }],
  secretGenerator: [{ name: 'token', literals: ['b=2'] }],
};

interface Built {
  kind: string;
  metadata: { name: string };
  spec: Record<string, unknown>;
}

describe('kustomize follows the names of other objects in templates and runs', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'name-references-'));
    writeFileSync(join(folder, 'resources.yaml'), RESOURCES.map((each) => stringify(each)).join('---\n'));
    copyFileSync(join(repositoryDirectory, 'certs/name-references.yaml'), join(folder, 'name-references.yaml'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  async function build(kustomization: object): Promise<(kind: string, name: string) => Built> {
    writeFileSync(join(folder, 'kustomization.yaml'), stringify(kustomization));
    const text = await run([await ensureProgram('kubectl'), 'kustomize', folder]);
    const built = parseAllDocuments(text).map((document) => document.toJS() as Built);
    return (kind, name) => built.find((each) => each.kind === kind && each.metadata.name === name)!;
  }

  const configured = { ...KUSTOMIZATION, configurations: ['name-references.yaml'] };

  test.each(['JobTemplate', 'ClusterJobTemplate'])('in every field of a %s that names an object', async (kind) => {
    const { spec } = (await build(configured))(kind, kind === 'JobTemplate' ? 'dev-report' : 'dev-report-all');
    const references = referencesOf({ apiVersion: 'batch/v1', kind: 'Job', metadata: {}, spec: spec as JobSpec });
    expect(references.map((each) => each.kind).sort()).toEqual([...REFERENCE_KINDS].sort());
    const text = JSON.stringify(spec);
    expect(text).toMatch(/"configMap":\{"name":"dev-settings-[a-z0-9]+"\}/);
    for (const old of ['settings', 'token', 'data', 'robot', 'urgent']) expect(text).not.toContain(`"${old}"`);
  });

  test('in a run: its template, the sources of its variables, its priority', async () => {
    const find = await build(configured);
    const { spec } = find('JobRun', 'dev-report-1');
    expect(spec).toMatchObject({ templateRef: 'dev-report', priorityClassName: 'dev-urgent' });
    const text = JSON.stringify(spec);
    for (const old of ['settings', 'token']) expect(text).not.toContain(`"${old}"`);
    expect(find('JobRun', 'dev-report-2').spec['templateRef']).toBe('dev-report-all');
  });

  test('but not to an object that the kustomization does not have', async () => {
    const { spec } = (await build(configured))('JobRun', 'dev-other');
    expect(spec['templateRef']).toBe('of-somebody-else');
  });

  test('only with the configuration', async () => {
    const { spec } = (await build(KUSTOMIZATION))('JobRun', 'dev-report-1');
    expect(spec['templateRef']).toBe('report');
  });
});
