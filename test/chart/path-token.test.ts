import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { run } from '../../local-kubernetes/run.ts';
import { readText, yamlBlocks } from '../integration/documented.ts';
import type { Manifest } from './helm.ts';

const README = 'certs/README.md';

let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'path-token-'));
  cpSync(join(repositoryDirectory, 'certs'), join(directory, 'certs'), { recursive: true });
});

afterEach(() => {
  rmSync(directory, { recursive: true });
});

const kustomize = async (...path: string[]) =>
  run([await ensureProgram('kubectl'), 'kustomize', join(directory, ...path)]);

interface Webhook {
  clientConfig: { service: { path: string } };
}

const pathsIn = (text: string): string[] =>
  parseAllDocuments(text)
    .map((document) => document.toJS() as Manifest & { webhooks?: Webhook[] })
    .flatMap(({ webhooks = [] }) => webhooks.map(({ clientConfig }) => clientConfig.service.path));

const sorted = (token: string): string[] => [`/${token}/mutate`, ...Array<string>(5).fill(`/${token}/validate`)];

test('the command in certs/README.md replaces the token in every path, and nothing else', async () => {
  const [, pattern = ''] = /sed "s#(.*?)#/.exec(readText(README)) ?? [];
  const manifests = await kustomize('certs');
  expect(pathsIn(manifests).sort()).toEqual(sorted('path-token'));
  const parts = manifests.split(pattern);
  expect(parts).toHaveLength(7);
  expect(pathsIn(parts.join('/secret/')).sort()).toEqual(sorted('secret'));
});

test('the kustomization in certs/README.md replaces it too, and does not apply the Secret', async () => {
  const [kustomization = '', secret = ''] = yamlBlocks(README).map(({ text }) => text);
  writeFileSync(join(directory, 'kustomization.yaml'), kustomization);
  writeFileSync(join(directory, 'path-token.yaml'), secret);
  const text = await kustomize();
  expect(pathsIn(text).sort()).toEqual(sorted('0123456789-replace-this-token-0123456789'));
  expect(text).not.toContain('kind: Secret');
});
