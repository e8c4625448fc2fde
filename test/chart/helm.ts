import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { run } from '../../local-kubernetes/run.ts';

export const chartDirectory = join(repositoryDirectory, 'charts', 'job-template-run');

export interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: {
    name: string;
    namespace?: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  [field: string]: unknown;
}

/** Runs helm with values given as an object. Rejects with stderr of helm. */
export async function helm(command: string[], values: object = {}, environment: NodeJS.ProcessEnv = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'chart-values-'));
  const file = join(folder, 'values.yaml');
  writeFileSync(file, JSON.stringify(values));
  const withValues = ['template', 'install', 'upgrade', 'lint'].includes(command[0] ?? '') ? ['--values', file] : [];
  try {
    return await run([await ensureProgram('helm'), ...command, ...withValues], {
      env: { ...process.env, ...environment },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The output of `helm template` for the values, as text. */
export const renderText = (values: object = {}): Promise<string> =>
  helm(['template', 'jtr', chartDirectory, '--namespace', 'apps'], values);

/** The output of `helm template` for the values: every object, including hooks and CRDs. */
export async function render(values: object = {}): Promise<Manifest[]> {
  const documents = parseAllDocuments(await renderText(values), { version: '1.1' });
  return documents.map((document) => document.toJS() as Manifest | null).filter((manifest) => manifest !== null);
}

export const nameOf = ({ kind, metadata }: Manifest): string => `${kind}/${metadata.name}`;
