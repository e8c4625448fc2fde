import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { helm, renderText, type Manifest } from '../chart/helm.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import {
  documentsOf,
  exampleFolders,
  inOrder,
  isManifest,
  merged,
  pages,
  readText,
  yamlBlocks,
  yamlFiles,
  type Documented,
} from './documented.ts';
import { startWebhookEnvironment, type KubectlResult, type WebhookEnvironment } from './webhook-environment.ts';

let environment: WebhookEnvironment;

beforeAll(async () => {
  environment = await startWebhookEnvironment({
    callbackAllowedHosts: 'hooks.example.com',
    callbackSecrets: `${namespaceFor('docs/runs.md')}/callback`,
  });
});

afterAll(async () => {
  await environment.stop();
});

/** Applies a manifest as a reader would; one that has only a generateName is created. */
function apply(manifest: Manifest, namespace: string, ...flags: string[]): Promise<KubectlResult> {
  const verb = (manifest.metadata as { generateName?: string }).generateName === undefined ? 'apply' : 'create';
  const place = manifest.metadata.namespace === undefined ? ['--namespace', namespace] : [];
  return environment.kubectl([verb, '-f', '-', ...place, ...flags], manifest);
}

async function applyAll(manifests: readonly Manifest[], namespace: string): Promise<void> {
  await environment.kubectl(['create', 'namespace', namespace]);
  for (const manifest of inOrder(manifests)) {
    const { code, stderr } = await apply(manifest, namespace);
    expect(code, `${manifest.kind} ${manifest.metadata.name}: ${stderr}`).toBe(0);
  }
}

const REFUSED = /^refused: /;
const MERGED = /^merged into /;
const EXAMPLE = /^examples\//;

/** Keys of the chart's values: a block that has only these is part of a values file. */
const chartValues = Object.keys(parse(readText('charts/job-template-run/values.yaml')) as object);

const isValues = (document: object): boolean => Object.keys(document).every((key) => chartValues.includes(key));

/** What kind of content a block has. @throws if it is of no kind that can be checked. */
function sort(block: Documented): 'values' | 'template text' | 'kustomization' | 'manifests' {
  if (EXAMPLE.test(block.comment) && block.comment.includes('/templates/')) return 'template text';
  const documents = documentsOf(block.text);
  if (MERGED.test(block.comment) || documents.every(isManifest)) return 'manifests';
  if (documents.every(({ kind }) => kind === 'Kustomization')) return 'kustomization';
  if (documents.every(isValues)) return 'values';
  throw new Error(`${block.where} is neither Kubernetes objects nor values of the chart: mark it, or complete it`);
}

function manifestsOf(block: Documented, index: number): Manifest[] {
  const documents = documentsOf(block.text);
  if (!MERGED.test(block.comment)) return documents.filter(isManifest);
  return documents.map((fragment) => merged(block.comment.replace(MERGED, ''), fragment, `documented-${index}`));
}

const namespaceFor = (page: string) => page.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

describe('the documentation', () => {
  test.each(pages())('%s: each block of YAML is of a kind that can be checked', (page) => {
    for (const block of yamlBlocks(page)) expect(() => sort(block)).not.toThrow();
  });

  test('contains the blocks that this test is about', () => {
    const blocks = pages().flatMap(yamlBlocks);
    expect(blocks.length).toBeGreaterThan(20);
    expect(blocks.filter(({ comment }) => REFUSED.test(comment)).length).toBeGreaterThan(2);
    const fences = pages().flatMap((page) => [...readText(page).matchAll(/^ *```ya?ml/gm)]);
    expect(blocks).toHaveLength(fences.length);
  });

  test('quotes its examples word for word', () => {
    const quotations = pages()
      .flatMap(yamlBlocks)
      .filter(({ comment }) => EXAMPLE.test(comment));
    expect(quotations.length).toBeGreaterThan(8);
    for (const { comment, text } of quotations) expect(text, comment).toBe(readText(comment));
  });

  test.each(pages())('%s: what it shows is accepted, and what it marks as refused is denied', async (page) => {
    const blocks = yamlBlocks(page).filter((block) => sort(block) === 'manifests');
    const namespace = namespaceFor(page);
    const echo = documentsOf(readText('examples/echo/template.yaml')).filter(isManifest);
    const good = blocks.filter(({ comment }) => !REFUSED.test(comment));
    await applyAll([...echo, ...good.flatMap(manifestsOf)], namespace);
    for (const block of blocks.filter(({ comment }) => REFUSED.test(comment)))
      for (const manifest of manifestsOf(block, 0)) {
        const { code, stderr } = await apply(manifest, namespace);
        expect(code, block.where).not.toBe(0);
        expect(stderr, block.where).toContain(block.comment.replace(REFUSED, ''));
      }
  });

  test('shows only values that the chart accepts', async () => {
    const values = pages()
      .flatMap(yamlBlocks)
      .filter((block) => sort(block) === 'values');
    expect(values.length).toBeGreaterThan(0);
    for (const { text, where } of values)
      for (const document of documentsOf(text))
        expect(await renderText(document).catch(String), where).toContain('kind: Deployment');
  });
});

describe('the examples', () => {
  const folders = exampleFolders();
  const has = (folder: string, file: string) => existsSync(join(repositoryDirectory, folder, file));

  test.each(folders.filter((folder) => yamlFiles(folder).length > 0))(
    '%s: its templates and runs are accepted, and mistake.yaml is denied',
    async (folder) => {
      const files = yamlFiles(folder);
      const mistakes = files.filter((file) => file.endsWith('/mistake.yaml'));
      const good = files.filter((file) => !mistakes.includes(file));
      const manifests = good.flatMap((file) => documentsOf(readText(file)));
      expect(manifests.filter(isManifest)).toHaveLength(manifests.length);
      await applyAll(manifests.filter(isManifest), namespaceFor(folder));
      for (const mistake of mistakes.flatMap((file) => documentsOf(readText(file))).filter(isManifest))
        expect(await apply(mistake, namespaceFor(folder))).toMatchObject({ code: 1 });
    },
  );

  test.each(folders.filter((folder) => has(folder, 'kustomization.yaml')))(
    '%s: kubectl apply -k succeeds as a dry run and for real, and changes nothing the second time',
    async (folder) => {
      const namespace = `${namespaceFor(folder)}-k`;
      await environment.kubectl(['create', 'namespace', namespace]);
      const command = ['apply', '--namespace', namespace, '-k', join(repositoryDirectory, folder)];
      expect(await environment.kubectl([...command, '--dry-run=server'])).toMatchObject({ code: 0 });
      expect(await environment.kubectl(command)).toMatchObject({ code: 0 });
      const again = await environment.kubectl(command);
      expect(again.stdout.trim().split('\n')).toEqual([
        expect.stringMatching(/^jobtemplate\..* unchanged$/),
        expect.stringMatching(/^jobrun\..* unchanged$/),
      ]);
    },
  );

  test.each(folders.filter((folder) => has(folder, 'Chart.yaml')))(
    '%s: what Helm renders from it is accepted in the order in which Helm applies it',
    async (folder) => {
      const namespace = `${namespaceFor(folder)}-chart`;
      const text = await helm(['template', 'hello', join(repositoryDirectory, folder)]);
      const manifests = documentsOf(text).filter(isManifest);
      expect(manifests.map(({ kind }) => kind)).toEqual(['JobRun', 'JobTemplate']);
      await environment.kubectl(['create', 'namespace', namespace]);
      for (const manifest of manifests) expect(await apply(manifest, namespace)).toMatchObject({ code: 0 });
    },
  );
});
