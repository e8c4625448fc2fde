import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubeObject } from '../../api/wire.ts';
import { JOB_RUNS } from '../../api/resources.ts';
import { lint, type LintedManifest } from '../../cli/lint/lint.ts';
import { readDocuments } from '../../cli/lint/read-documents.ts';
import { readManifests, type Manifest } from '../../cli/lint/read-manifests.ts';
import { KubeApiError } from '../../kube/client/api-error.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { helm } from '../chart/helm.ts';
import { mutated, RUN, TEMPLATE } from '../unit/cli/lint/mutations.ts';
import { startCli } from './cli-process.ts';
import {
  documentsOf,
  exampleFolders,
  isManifest,
  merged,
  pages,
  readText,
  yamlBlocks,
  yamlFiles,
} from './documented.ts';
import { startWebhookEnvironment, type WebhookEnvironment } from './webhook-environment.ts';

let environment: WebhookEnvironment;
let client: KubeClient;
let directory: string;

beforeAll(async () => {
  // Offline, nobody asks the API server what it thinks of a Job.
  environment = await startWebhookEnvironment({
    dryRun: false,
    callbackAllowedHosts: 'hooks.example.com',
    callbackSecrets: 'docs-runs-md/callback',
  });
  client = KubeClient.fromKubeConfig(environment.kubeConfig);
  directory = await mkdtemp(join(tmpdir(), 'cli-lint-'));
});

afterAll(async () => {
  await client.close();
  await environment.stop();
  await rm(directory, { recursive: true });
});

const namespaceFor = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');

/** Whether the API server and the webhook refuse the object. */
async function refusal({ resource, value }: Manifest, dryRun: boolean): Promise<string | undefined> {
  const namespace = resource.clusterScoped === true ? undefined : value.metadata?.namespace;
  try {
    await client.create(resource, namespace, value, { dryRun, fieldValidation: 'Strict' });
    return undefined;
  } catch (error) {
    if (error instanceof KubeApiError && error.code < 500) return error.message;
    throw error;
  }
}

const isRun = ({ resource }: Manifest) => resource === JOB_RUNS;
const errorsOf = ({ findings }: LintedManifest) => findings.filter(({ severity }) => severity === 'error');

interface Verdicts {
  offline: LintedManifest[];
  refusals: Map<LintedManifest, string | undefined>;
}

/** Both verdicts on the manifests of the files. The templates are stored, and the runs tried with them. */
async function verdicts(files: string[], namespace: string): Promise<Verdicts> {
  const { manifests, problems } = await readManifests(files, Readable.from([]));
  expect(problems).toEqual([]);
  expect(manifests.length).toBeGreaterThan(0);
  await ensureNamespaces([namespace, ...manifests.map(({ value }) => value.metadata?.namespace)]);
  const offline = lint(manifests, namespace);
  const refusals: Verdicts['refusals'] = new Map();
  for (const one of offline.toSorted((a, b) => Number(isRun(a.manifest)) - Number(isRun(b.manifest)))) {
    refusals.set(one, await refusal(one.manifest, isRun(one.manifest)));
  }
  return { offline, refusals };
}

async function ensureNamespaces(names: (string | undefined)[]): Promise<void> {
  for (const name of new Set(names)) if (name !== undefined) await environment.kubectl(['create', 'namespace', name]);
}

/** Offline, a run has no error that only its template in the cluster can decide. Everything else is the same. */
function expectAgreement({ offline, refusals }: Verdicts): void {
  for (const one of offline) {
    const { manifest, unknown } = one;
    const refused = refusals.get(one);
    const errors = errorsOf(one);
    const where = `${manifest.file}:${manifest.lineOf('')} ${JSON.stringify(errors)} and the cluster: ${refused ?? 'accepted'}`;
    if (unknown.length > 0 && errors.length === 0) continue;
    expect(errors.length > 0, where).toBe(refused !== undefined);
  }
}

async function writeAll(name: string, texts: readonly string[]): Promise<string[]> {
  const files = texts.map((_, index) => join(directory, `${name}-${index}.yaml`));
  await Promise.all(files.map((file, index) => writeFile(file, texts[index] ?? '')));
  return files;
}

describe('without a cluster, lint agrees with admission', () => {
  const folders = exampleFolders().filter((folder) => yamlFiles(folder).length > 0);

  test.each(folders)('on %s', async (folder) => {
    const found = await verdicts([join(repositoryDirectory, folder)], namespaceFor(folder));
    expectAgreement(found);
    const mistakes = found.offline.filter(({ manifest }) => manifest.file.endsWith('mistake.yaml'));
    for (const one of mistakes) expect([one.unknown.length, found.refusals.get(one)]).toEqual([1, expect.any(String)]);
  });

  test.each(exampleFolders().filter((folder) => yamlFiles(folder).length === 0))('on the chart %s', async (folder) => {
    const text = await helm(['template', 'hello', join(repositoryDirectory, folder)]);
    expectAgreement(await verdicts(await writeAll(namespaceFor(folder), [text]), namespaceFor(folder)));
  });

  const ours = /hematoscope\.app\/v1/;
  test.each(pages().filter((page) => yamlBlocks(page).some(({ text }) => ours.test(text))))('on %s', async (page) => {
    const texts = yamlBlocks(page).flatMap(({ text, comment }, index) => {
      // Helm has to render it first; the examples have the same text.
      if (comment.includes('/templates/')) return [];
      const into = /^merged into (.*)/.exec(comment)?.[1];
      const fragments = documentsOf(text);
      if (into === undefined) return ours.test(text) && fragments.every(isManifest) ? [text] : [];
      return fragments.map((fragment) => JSON.stringify(merged(into, fragment, `documented-${index}`)));
    });
    const files = await writeAll(namespaceFor(page), [readText('examples/echo/template.yaml'), ...texts]);
    const found = await verdicts(files, namespaceFor(page));
    // A page can show one template twice. The second cannot be created, which says nothing about it.
    const isRepeated = (one: LintedManifest) => found.refusals.get(one)?.includes('already exists') === true;
    expectAgreement({ ...found, offline: found.offline.filter((one) => !isRepeated(one)) });
  });

  const count = 150;
  const changed = <T extends object>(base: T): T[] => fc.sample(mutated(base), { numRuns: count, seed: 20261101 });
  const placed = (object: KubeObject, name: string): KubeObject => ({
    ...object,
    metadata: { ...object.metadata, namespace: 'team', name },
  });

  test(`on ${count} changed templates`, async () => {
    const templates = changed(TEMPLATE).map((template, index) => placed(template, `batch-${index}`));
    const found = await verdicts(
      await writeAll(
        'templates',
        templates.map((one) => JSON.stringify(one)),
      ),
      'team',
    );
    expectAgreement(found);
    expect(found.offline.filter((one) => errorsOf(one).length > 0).length).toBeGreaterThan(count / 5);
  });

  test(`on ${count} changed runs`, async () => {
    const runs = changed(RUN).map((run, index) => placed(run, `batch-${index}`));
    const files = await writeAll(
      'runs',
      [TEMPLATE, ...runs].map((one) => JSON.stringify(one)),
    );
    const found = await verdicts(files, 'team');
    expectAgreement(found);
    expect(found.offline.filter((one) => errorsOf(one).length > 0).length).toBeGreaterThan(count / 5);
  });
});

describe('lint reads YAML as kubectl does', () => {
  const words = [
    ...['yes', 'No', 'on', 'OFF', 'y', 'n', 'true', 'True', 'null', '~', 'NULL', '"yes"', "'1'"],
    ...[
      '010',
      '0o17',
      '-0o1_7',
      '0x1F',
      '0b11',
      '1_000',
      '+1',
      '-0',
      '1e3',
      '.5',
      '1.0',
      '.inf',
      '-.inf',
      '.NaN',
      '1:30',
      '1:30:15',
    ],
    ...['2026-11-01', '2026-11-01T10:00:00Z', 'a: b', '[1, two]', '{a: yes}', '!!str 1', '=', '08', '1__0', '0.1_0'],
  ];

  test.each(words)('%s', async (word) => {
    const text = `apiVersion: hematoscope.app/v1\nkind: JobRun\nmetadata: {name: one, namespace: team}\nspec:\n  value: ${word}\n`;
    const [file = ''] = await writeAll('words', [text]);
    const flags = ['--dry-run=client', '--validate=false', '-o', 'json'];
    const { code, stdout, stderr } = await environment.kubectl(['create', '-f', file, ...flags]);
    const { objects } = readDocuments(file, text);
    if (code !== 0) expect([objects, stderr]).toEqual([[], expect.anything()]);
    else
      expect(JSON.parse(JSON.stringify(objects[0]?.value))).toMatchObject({
        spec: (JSON.parse(stdout) as { spec: object }).spec,
      });
  });
});

describe('kubectl jobrun lint', () => {
  const cli = (args: string[], input = '') =>
    startCli(['lint', ...args], {
      kubeconfig: environment.controlPlane.kubeconfig,
      input,
      directory: repositoryDirectory,
    }).ended;
  const echo = 'examples/echo';

  test('exits with 0 and prints nothing if there is no error', async () => {
    expect(await cli([`${echo}/run.yaml`, `${echo}/template.yaml`])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'checked 2 objects in 2 files: 0 errors, 0 warnings\n',
    });
  });

  test('needs no cluster, and exits with 2 at an error', async () => {
    const run = readText(`${echo}/run.yaml`).replace('args:', 'arg:');
    const ended = startCli(['lint', '-', '-o', 'github'], { kubeconfig: '/nowhere', input: run }).ended;
    const { code, stdout } = await ended;
    expect(code).toBe(2);
    expect(stdout).toMatch(
      /^::error file=-,line=7,title=JobRun\/echo-hello::spec\.arg: unknown field "arg"; did you mean "args"\?$/m,
    );
  });

  test('exits with 2 if a path does not exist, and with wrong flags', async () => {
    expect(await cli(['nowhere.yaml'])).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('nowhere.yaml:1: error:') as string,
    });
    expect(await cli([echo, '-o', 'xml'])).toMatchObject({ code: 2, stdout: '' });
    expect(await cli([])).toMatchObject({ code: 2, stdout: '' });
  });

  test('prints JSON for programs', async () => {
    const { code, stdout } = await cli([echo, '-o', 'json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      problems: [
        {
          file: `${echo}/mistake.yaml`,
          line: 7,
          severity: 'warning',
          object: 'JobRun/echo-mistake',
          field: 'spec.templateRef',
        },
      ],
      ...{ files: 3, objects: 3, passedOver: 0, errors: 0, warnings: 1 },
    });
  });

  test('lets the cluster decide with --server', async () => {
    await ensureNamespaces(['lint-server']);
    const lintThere = (...paths: string[]) => cli([...paths, '--server', '-n', 'lint-server']);
    const missing = await lintThere(`${echo}/run.yaml`);
    expect(missing).toMatchObject({
      code: 2,
      stdout: expect.stringMatching(/run\.yaml:6: error: .*Not found: "echo-template"/) as string,
    });
    const apply = (file: string) =>
      environment.kubectl(['apply', '-n', 'lint-server', '-f', join(repositoryDirectory, file)]);
    expect(await apply(`${echo}/template.yaml`)).toMatchObject({ code: 0 });
    expect(await lintThere(`${echo}/run.yaml`)).toMatchObject({ code: 0, stdout: '' });
    expect(await apply(`${echo}/run.yaml`)).toMatchObject({ code: 0 });
    // What exists can be applied again.
    expect(await lintThere(`${echo}/run.yaml`)).toMatchObject({ code: 0, stdout: '' });
    expect(await lintThere(`${echo}/template.yaml`)).toMatchObject({ code: 0, stdout: '' });
    const changed = await cli(
      ['-', '--server', '-n', 'lint-server'],
      readText(`${echo}/run.yaml`).replace('Hello', 'Bye'),
    );
    expect(changed).toMatchObject({
      code: 2,
      stdout: expect.stringContaining('spec.args: Forbidden: args is immutable') as string,
    });
  });
});
