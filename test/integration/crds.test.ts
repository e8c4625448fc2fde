import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { API_VERSION, PHASES } from '../../api/names.ts';
import type { Resource } from '../../api/resources.ts';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { KubeObject } from '../../api/wire.ts';
import { KubeApiError, KubeConnectionError } from '../../kube/client/api-error.ts';
import { KubeClient } from '../../kube/client/client.ts';
import type { ControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import { startControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import { repositoryDirectory, stateDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { run } from '../../local-kubernetes/run.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { refusedText, tooLongText } from './api-server-words.ts';
import { maximalJobSpec, variations } from './job-spec-samples.ts';

type Custom = KubeObject & { spec: object; status?: unknown };

/** As far as the defaults of the status are concerned. */
interface JobRunCrd {
  spec: {
    versions: {
      schema: {
        openAPIV3Schema: {
          properties: { status: { default?: object; properties: { observedGeneration: { default?: number } } } };
        };
      };
    }[];
  };
}

let directory: string;
let controlPlane: ControlPlane;
let client: KubeClient;
let kubectl: (command: string[], input?: unknown) => Promise<string>;

beforeAll(async () => {
  mkdirSync(stateDirectory, { recursive: true });
  directory = mkdtempSync(join(stateDirectory, 'crds-'));
  controlPlane = await startControlPlane({ directory, controllerManager: false });
  const program = await ensureProgram('kubectl');
  kubectl = (command, input) =>
    run([program, `--kubeconfig=${controlPlane.kubeconfig}`, ...command], {
      ...(input === undefined ? {} : { input: typeof input === 'string' ? input : stringify(input) }),
    });
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromFile(controlPlane.kubeconfig);
  client = KubeClient.fromKubeConfig(kubeConfig);
  await kubectl(['apply', '-f', join(repositoryDirectory, 'charts/job-template-run/files/crds')]);
  await kubectl(['wait', '--for=condition=Established', '--timeout=30s', 'crd', '--all']);
});

afterAll(async () => {
  await client.close();
  await controlPlane.stop();
  rmSync(directory, { recursive: true, force: true });
});

const jobTemplate = (name: string, spec: object) => ({
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name },
  spec,
});

/** The value with a placeholder in place of each number and each boolean. */
const withPlaceholders = (value: unknown): unknown => {
  if (typeof value === 'number' || typeof value === 'boolean') return '$(params.x)';
  if (Array.isArray(value)) return value.map(withPlaceholders);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withPlaceholders(inner)]));
};

/** The paths of fields that the API server does not know, or knows in other places only. The last ones first. */
const unknownFields = (refused = ''): string[] => {
  const unknown = [...refused.matchAll(/unknown field "([^"]+)"/g)].map(([, path]) => path!);
  const misplaced = refused.split(': Forbidden: may not be set for').slice(0, -1);
  return [...unknown, ...misplaced.map((before) => before.slice(before.lastIndexOf(' ') + 1))].reverse();
};

/** Removes the field, and each list item or map that is empty without it: an empty volume source would be invalid. */
const removeAt = (object: object, path: string): void => {
  const keys = path.split(/[.[\]]+/).filter((key) => key !== '');
  const parents: Record<string, unknown>[] = [object as Record<string, unknown>];
  for (const key of keys.slice(0, -1)) parents.push(parents.at(-1)![key] as Record<string, unknown>);
  for (const [parent, key] of parents.map((each, index) => [each, keys[index]!] as const).reverse()) {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
    if (Object.keys(parent).length > 0) return;
  }
};

/** Removes each field that the other object does not have, and each item of a list. Items with a name are found by it. */
const removeAbsent = (object: object, other: object): void => {
  for (const [key, value] of (Object.entries(object) as [string, unknown][]).reverse()) {
    const counterpart = Array.isArray(other) ? itemLike(value, other as unknown[], Number(key)) : valueOf(other, key);
    if (counterpart === undefined && Array.isArray(object)) object.splice(Number(key), 1);
    else if (counterpart === undefined) Reflect.deleteProperty(object, key);
    else if (typeof value === 'object' && value !== null) removeAbsent(value, counterpart as object);
  }
};

const itemLike = (value: unknown, items: unknown[], index: number): unknown => {
  const name = valueOf(value, 'name');
  return name === undefined ? items[index] : items.find((item) => valueOf(item, 'name') === name);
};

const valueOf = (object: unknown, key: string): unknown => (object as Record<string, unknown>)[key];

const jobRun = (name: string, spec: object) => ({ apiVersion: API_VERSION, kind: 'JobRun', metadata: { name }, spec });

/** What a user reads when kubectl apply is denied, without the text that the test's runner adds. */
const withSchema = (schema: object): object => ({ parameters: [{ name: 'a', schema }] });

const denial = async (object: object): Promise<string> => {
  const outcome = await kubectl(['apply', '-f', '-'], object).then(
    () => undefined,
    (error: unknown) => (error as Error).message,
  );
  expect(outcome, 'kubectl apply should be denied').toBeDefined();
  return outcome!;
};

describe('installed on a real API server', () => {
  test('the API server accepts the CRDs and finds no fault in their schemas', async () => {
    const { items } = JSON.parse(await kubectl(['get', 'crd', '-o', 'json'])) as {
      items: { status: { conditions: { type: string; status: string; message: string }[] } }[];
    };
    expect(items).toHaveLength(3);
    for (const { status } of items) {
      const conditions = Object.fromEntries(status.conditions.map(({ type, status: state }) => [type, state]));
      expect(conditions).toEqual({ NamesAccepted: 'True', Established: 'True' });
    }
  });

  test('kubectl explain describes the fields of a container', async () => {
    // The API server publishes the schema of a new CRD with a delay.
    const text = await waitFor('the schema in kubectl explain', () =>
      kubectl(['explain', 'jobtemplate.spec.template.spec.containers']),
    );
    expect(text).toMatch(/livenessProbe\s+<Object>/);
    expect(text).toMatch(/name\s+<string> -required-\s+Name of the container/);
    expect(text).toMatch(/args\s+<\[\]string>\s+Arguments to the entrypoint\./);
  });

  test('kubectl explain describes what a JobRun needs', async () => {
    const text = await kubectl(['explain', 'jr.spec']);
    expect(text).toMatch(/templateRef\s+<string> -required-\s+Name of a JobTemplate in the same namespace, or of a/);
  });
});

describe('a JobTemplate', () => {
  test('is stored with every field of this Kubernetes and of a newer one, none pruned or changed', async () => {
    const spec = maximalJobSpec();
    expect(JSON.stringify(spec).length).toBeGreaterThan(20_000);
    await client.create<Custom>(JOB_TEMPLATES, 'default', jobTemplate('maximal', spec), { fieldValidation: 'Strict' });
    const stored = await client.get<Custom>(JOB_TEMPLATES, { namespace: 'default', name: 'maximal' });
    expect(stored.spec).toEqual(spec);
  });

  test('may have a placeholder in place of each number and each boolean', async () => {
    const spec = withPlaceholders(maximalJobSpec());
    expect(JSON.stringify(spec)).toMatch(/"parallelism":"\$\(params\.x\)".*"suspend":"\$\(params\.x\)"/);
    await client.create<Custom>(JOB_TEMPLATES, 'default', jobTemplate('typed', spec as object));
    const stored = await client.get<Custom>(JOB_TEMPLATES, { namespace: 'default', name: 'typed' });
    expect(stored.spec).toEqual(spec);
  });

  test('accepts the output of kubectl create job --dry-run, with its null creationTimestamp', async () => {
    const spec = { template: { metadata: { creationTimestamp: null }, spec: { containers: [{ name: 'a' }] } } };
    await kubectl(['apply', '-f', '-'], jobTemplate('from-kubectl', spec));
    const stored = await client.get<Custom>(JOB_TEMPLATES, { namespace: 'default', name: 'from-kubectl' });
    expect(stored.spec).toEqual({ template: { metadata: {}, spec: { containers: [{ name: 'a' }] } } });
  });

  test('can be applied by two field managers, each with its own container', async () => {
    const part = (name: string) =>
      jobTemplate('shared', { template: { spec: { containers: [{ name, image: name }] } } });
    for (const name of ['one', 'two']) {
      await kubectl(['apply', '--server-side', `--field-manager=${name}`, '-f', '-'], part(name));
    }
    const stored = await client.get<Custom>(JOB_TEMPLATES, { namespace: 'default', name: 'shared' });
    expect(stored.spec).toMatchObject({ template: { spec: { containers: [{ name: 'one' }, { name: 'two' }] } } });
  });

  test('is never denied for a field that the API server accepts in a Job', { timeout: 180_000 }, async () => {
    const fixture = readFileSync(join(import.meta.dirname, 'fixtures', 'wide-job.yaml'), 'utf8');
    const { spec } = parse(fixture) as { spec: Parameters<typeof variations>[0] };
    const job = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'wide' } };
    /** Undefined if it would be stored, else the denial. */
    const refusal = async (resource: Resource, object: KubeObject): Promise<string | undefined> => {
      try {
        await client.create(resource, 'default', object, { dryRun: true, fieldValidation: 'Strict' });
        return undefined;
      } catch (error) {
        if (error instanceof KubeApiError) return error.message;
        if (!(error instanceof KubeConnectionError)) throw error;
        // kube-apiserver 1.37.2 itself breaks off its response to an Indexed Job with a successPolicy and no
        // completions
        return `no answer: ${error.message}`;
      }
    };
    // An older API server does not know all fields of the fixture. It names them, and accepts all others.
    for (
      let paths: string[];
      (paths = unknownFields(await refusal(JOBS, { ...job, spec } as KubeObject))).length > 0;
    ) {
      expect(process.env['KUBERNETES'], `the API server does not know ${paths.join(', ')}`).toBe('oldest');
      for (const path of paths) removeAt({ spec }, path);
    }
    expect(await refusal(JOBS, { ...job, spec } as KubeObject), 'the fixture itself').toBeUndefined();

    // It also drops the fields of features that it does not have yet, right or wrong.
    if (process.env['KUBERNETES'] === 'oldest') {
      const stored = await client.create<Custom>(JOBS, 'default', { ...job, spec } as KubeObject as Custom, {
        dryRun: true,
      });
      removeAbsent(spec, stored.spec);
      expect(await refusal(JOBS, { ...job, spec } as KubeObject), 'what is stored').toBeUndefined();
    }

    let takenAsJobs = 0;
    const wronglyRefused: string[] = [];
    for (const { what, spec: varied } of variations(spec)) {
      if ((await refusal(JOBS, { ...job, spec: varied } as KubeObject)) !== undefined) continue;
      takenAsJobs += 1;
      const refused = await refusal(JOB_TEMPLATES, jobTemplate('wide', varied));
      if (refused !== undefined) wronglyRefused.push(`${what}: ${refused}`);
    }
    expect(wronglyRefused).toEqual([]);
    expect(takenAsJobs).toBeGreaterThan(300);
  });

  test.each([
    ['no template', {}, 'spec.template: Required value'],
    ['no Pod spec', { template: {} }, 'spec.template.spec: Required value'],
    ['no containers', { template: { spec: {} } }, 'spec.template.spec.containers: Required value'],
    [
      'an empty list of containers',
      { template: { spec: { containers: [] } } },
      'spec.template.spec.containers: Invalid value: 0: spec.template.spec.containers in body should have at least 1 items',
    ],
    [
      'a container without a name',
      { template: { spec: { containers: [{ image: 'busybox' }] } } },
      'spec.template.spec.containers[0].name: Required value',
    ],
    [
      'text in place of a number',
      { template: { spec: { containers: [{ name: 'a' }] } }, parallelism: '3' },
      String.raw`spec.parallelism: Invalid value: "3": spec.parallelism in body should match '^\$\(params\.[^()]+\)$'`,
    ],
    [
      'text in place of a boolean',
      { template: { spec: { containers: [{ name: 'a' }] } }, suspend: 'later' },
      String.raw`spec.suspend: Invalid value: "later": spec.suspend in body should match '^\$\(params\.[^()]+\)$'`,
    ],
    [
      'args that are a string',
      { template: { spec: { containers: [{ name: 'a', args: 'hello' }] } } },
      'spec.template.spec.containers[0].args: Invalid value: "string": spec.template.spec.containers[0].args in body must be of type array: "string"',
    ],
  ])('with %s is denied in one sentence', async (_, spec, sentence) => {
    expect(await denial(jobTemplate('bad', spec))).toContain(`The JobTemplate "bad" is invalid: ${sentence}`);
  });

  test.each([
    ['a parameter declared twice', { parameters: [{ name: 'a' }, { name: 'a' }] }, 'parameters[1]: Duplicate value'],
    [
      'a parameter without a type',
      { parameters: [{ name: 'a', schema: {} }] },
      'parameters[0].schema.type: Required value',
    ],
    [
      'an invalid parameter name',
      { parameters: [{ name: 'a b' }] },
      'parameters[0].name: Invalid value: \"a b\": parameters[0].name in body should match',
    ],
    [
      'an unknown override',
      { overrides: { allow: ['volumes'] } },
      'overrides.allow[0]: Unsupported value: "volumes": supported values: "args", "command", "env"',
    ],
    [
      'too many parameters',
      { parameters: Array.from({ length: 101 }, (_, index) => ({ name: `p${index}` })) },
      'parameters: Too many: 101: must have at most 100 items',
    ],
    [
      'too many values of an enum',
      withSchema({ type: 'string', enum: Array.from({ length: 1001 }, (_, index) => `v${index}`) }),
      'parameters[0].schema.enum: Too many: 1001: must have at most 1000 items',
    ],
    [
      'a pattern that is too long',
      withSchema({ type: 'string', maxLength: 9, pattern: 'a'.repeat(1001) }),
      `parameters[0].schema.pattern: ${tooLongText(1000)}`,
    ],
  ])('with %s is denied', async (_, content, sentence) => {
    const spec = { template: { spec: { containers: [{ name: 'a' }] } } };
    expect(await denial({ ...jobTemplate('bad', spec), ...content })).toContain(sentence);
  });

  test('shows its image in a list', async () => {
    await kubectl(
      ['apply', '-f', '-'],
      jobTemplate('echo', {
        backoffLimit: 2,
        template: { spec: { containers: [{ name: 'echo', image: 'busybox' }] } },
      }),
    );
    expect(await kubectl(['get', 'jt', 'echo'])).toMatch(/^NAME\s+IMAGE\s+AGE\necho\s+busybox\s+\d+s\n$/);
    expect(await kubectl(['get', 'jt', 'echo', '-o', 'wide'])).toMatch(
      /SERVICE ACCOUNT\s+BACKOFF LIMIT\s+DEADLINE\s+TTL\necho\s+busybox\s+\d+s\s+2\s+\n$/,
    );
  });
});

describe('a JobRun', () => {
  const NOT_A_NAME =
    'cannot be the name of a JobTemplate: a name has only lower-case letters, digits, "-" and ".", and begins and ends with a letter or digit';

  test.each([
    ['an empty templateRef', '', 'is empty: give the name of a JobTemplate'],
    ['a templateRef that cannot be a name', 'Foo_Bar', NOT_A_NAME],
    ['a name that ends in a dot', 'echo.', NOT_A_NAME],
    [
      'a template of another namespace',
      'other-ns/name',
      "must be the name alone, without a namespace: a JobRun can only use a JobTemplate of the JobRun's own namespace",
    ],
  ])('with %s is denied in one sentence', async (_, templateRef, sentence) => {
    expect(await denial(jobRun('bad', { templateRef }))).toContain(
      `The JobRun "bad" is invalid: spec.templateRef: ${refusedText(templateRef)}: ${sentence}`,
    );
  });

  test.each([
    ['no templateRef', {}, 'spec.templateRef: Required value'],
    ['a number as templateRef', { templateRef: 3 }, 'spec.templateRef in body must be of type string: "integer"'],
    [
      'args that are a string',
      { templateRef: 'echo', args: 'hi' },
      'spec.args in body must be of type array: "string"',
    ],
    [
      'a container listed twice',
      { templateRef: 'echo', containers: [{ name: 'a' }, { name: 'a' }] },
      'spec.containers[1]: Duplicate value',
    ],
    [
      'a container without a name',
      { templateRef: 'echo', containers: [{ image: 'a' }] },
      'spec.containers[0].name: Required value',
    ],
    [
      'a negative number',
      { templateRef: 'echo', parallelism: -1 },
      'spec.parallelism in body should be greater than or equal to 0',
    ],
    [
      'an invalid revision',
      { templateRef: 'echo', templateRevision: 'latest' },
      `spec.templateRevision: ${refusedText('latest')}: is not a revision: it must be 10 hex digits`,
    ],
    [
      'an unknown template kind',
      { templateRef: 'echo', templateKind: 'Job' },
      'spec.templateKind: Unsupported value: "Job": supported values: "JobTemplate", "ClusterJobTemplate"',
    ],
    ['an arg that is a number', { templateRef: 'echo', args: [1] }, 'spec.args[0] in body must be of type string'],
    ['a name that is too long', { templateRef: 'a'.repeat(254) }, `spec.templateRef: ${tooLongText(253)}`],
  ])('with %s is denied', async (_, spec, sentence) => {
    expect(await denial(jobRun('bad', spec))).toContain(sentence);
  });

  const CONTAINER = { name: 'x', image: 'a', resources: { limits: { cpu: 1 } } };
  const longest = `${'a'.repeat(249)}.b-c`;

  test('may have a name of 253 characters, and reference a template with such a name', async () => {
    expect(longest).toHaveLength(253);
    expect(await kubectl(['apply', '-f', '-'], jobRun(longest, { templateRef: longest }))).toContain('created');
  });

  test.each([
    ['other args', { args: ['b'] }, 'args'],
    ['another template', { templateRef: 'other' }, 'templateRef'],
    ['a field that was not set', { command: [] }, 'command'],
    ['a field removed', { args: undefined }, 'args'],
    ['another revision', { templateRevision: '0123456789' }, 'templateRevision'],
    ['other parameters', { parameters: { day: 'tuesday' } }, 'parameters'],
    ['one more parameter', { parameters: { day: 'monday', days: 1 } }, 'parameters'],
    ['other elements of a parameter', { parameters: { day: ['monday'] } }, 'parameters'],
    ['another value of an environment variable', { env: [{ name: 'A', value: '2' }] }, 'env'],
    ['other resources', { resources: { limits: { cpu: '2' } } }, 'resources'],
    ['another override of a container', { containers: [{ ...CONTAINER, image: 'b' }] }, 'containers'],
    ['args of a container', { containers: [{ ...CONTAINER, args: [] }] }, 'containers'],
    [
      'other resources of a container',
      { containers: [{ ...CONTAINER, resources: { limits: { cpu: 2 } } }] },
      'containers[0].resources',
    ],
    ['no resources of a container', { containers: [{ ...CONTAINER, resources: undefined }] }, 'containers'],
    ['an override of another container', { containers: [{ ...CONTAINER, name: 'z' }] }, 'containers'],
    ['an override of one more container', { containers: [CONTAINER, { name: 'z' }] }, 'containers'],
    ['no override of a container', { containers: [] }, 'containers'],
    ['other labels', { metadata: { labels: { a: 'c' } } }, 'metadata'],
    ['another number', { parallelism: 3 }, 'parallelism'],
  ])('cannot be changed to have %s', async (_, change, field) => {
    const spec = {
      templateRef: 'echo',
      args: ['a'],
      parameters: { day: 'monday' },
      env: [{ name: 'A', value: '1' }],
      resources: { limits: { cpu: 1 } },
      containers: [CONTAINER],
      metadata: { labels: { a: 'b' } },
      parallelism: 2,
    };
    await kubectl(['apply', '-f', '-'], jobRun('fixed', spec));
    const name = field.slice(field.lastIndexOf('.') + 1);
    expect(await denial(jobRun('fixed', { ...spec, ...change }))).toContain(
      `The JobRun "fixed" is invalid: spec.${field}: Forbidden: ${name} is immutable: a JobRun runs once, as it was created; to run with other values, create another JobRun with a name of its own`,
    );
  });

  describe('with nulls', () => {
    const resources = { limits: { cpu: null }, requests: null, claims: null };
    const spec = {
      templateRef: 'echo',
      resources,
      nodeSelector: { zone: null },
      metadata: { labels: { team: null } },
      containers: [{ name: 'main', args: ['a'], resources }],
    };
    const apply = (name: string, changed: object = {}) =>
      kubectl(['apply', '--server-side', '-f', '-'], jobRun(name, { ...spec, ...changed }));
    const patched = (name: string, change: object) =>
      client.patch<Custom>(JOB_RUNS, { namespace: 'default', name }, change, { dryRun: true });

    test('keeps those in maps, so that they clear nothing, and can be applied again', async () => {
      await apply('nulls');
      const stored = await client.get<Custom>(JOB_RUNS, { namespace: 'default', name: 'nulls' });
      expect(stored.spec).toMatchObject(spec);
      expect(await apply('nulls')).toContain('serverside-applied');
    });

    test('can still be suspended', async () => {
      await apply('nulls-suspended', { suspend: true });
      const resumed = await patched('nulls-suspended', { spec: { suspend: false } });
      expect(resumed.spec).toMatchObject({ ...spec, suspend: false });
    });

    // A JSON merge patch cannot set null. A whole object can.
    test.each<[string, object, string]>([
      ['an empty map, which clears', { resources: {} }, 'resources'],
      ['a value', { resources: { ...resources, limits: { cpu: '1' } } }, 'resources'],
      ['a list in place of null', { resources: { ...resources, claims: [{ name: 'gpu' }] } }, 'resources'],
      ['an empty map in place of null', { resources: { ...resources, requests: {} } }, 'resources'],
      [
        'an empty map in a container',
        { containers: [{ ...spec.containers[0], resources: {} }] },
        'containers[0].resources',
      ],
    ])('cannot be changed to have %s', async (_, change, field) => {
      await apply('nulls');
      const { metadata } = await client.get<Custom>(JOB_RUNS, { namespace: 'default', name: 'nulls' });
      const changed = { ...jobRun('nulls', { ...spec, ...change }), metadata };
      await expect(kubectl(['replace', '-f', '-'], changed)).rejects.toThrow(
        `spec.${field}: Forbidden: resources is immutable`,
      );
    });
  });

  test('can be suspended and resumed', async () => {
    await kubectl(['apply', '-f', '-'], jobRun('paused', { templateRef: 'echo', suspend: true }));
    expect(await kubectl(['apply', '-f', '-'], jobRun('paused', { templateRef: 'echo', suspend: false }))).toContain(
      'configured',
    );
    expect(await kubectl(['apply', '-f', '-'], jobRun('paused', { templateRef: 'echo' }))).toContain('configured');
  });

  test('can be selected by its template and its phase', async () => {
    await kubectl(['apply', '-f', '-'], jobRun('by-field', { templateRef: 'selected' }));
    const list = ['get', 'jr', '-o', 'name', '--field-selector'];
    expect(await kubectl([...list, 'spec.templateRef=selected,status.phase!=Failed'])).toBe(
      'jobrun.hematoscope.app/by-field\n',
    );
    expect(await kubectl([...list, 'spec.templateRef=selected,status.phase=Failed'])).toBe('');
  });

  test('can be applied again unchanged, and labeled', async () => {
    await kubectl(['apply', '-f', '-'], jobRun('again', { templateRef: 'echo', args: ['a'] }));
    expect(await kubectl(['apply', '-f', '-'], jobRun('again', { templateRef: 'echo', args: ['a'] }))).toContain(
      'unchanged',
    );
    expect(await kubectl(['label', 'jr', 'again', 'team=a'])).toContain('labeled');
  });

  test('shows a status with fields of a newer Job, and its columns', async () => {
    await client.create<Custom>(JOB_RUNS, 'default', jobRun('seen', { templateRef: 'echo' }));
    const time = new Date().toISOString();
    const status = {
      phase: 'Succeeded',
      startTime: time,
      completionTime: time,
      succeeded: 1,
      jobName: 'seen-01234567',
      template: { revision: '0123456789', generation: 1, uid: 'u' },
      conditions: [{ type: 'Finished', status: 'True', lastTransitionTime: time, newer: true }],
      newer: { deep: [1] },
    };
    await client.patch(JOB_RUNS, { namespace: 'default', name: 'seen', subresource: 'status' }, { status }, {});
    const stored = await client.get<Custom>(JOB_RUNS, { namespace: 'default', name: 'seen' });
    expect(stored.status).toEqual({ ...status, observedGeneration: -1 });
    expect(await kubectl(['get', 'jr', 'seen'])).toMatch(
      /^NAME\s+TEMPLATE\s+STATUS\s+START TIME\s+COMPLETION TIME\s+AGE\nseen\s+echo\s+Succeeded\s+\d+s\s+\d+s\s+\d+s\n$/,
    );
    expect(await kubectl(['get', 'jr', 'seen', '-o', 'wide'])).toMatch(/seen-01234567\s+0123456789/);
    expect(await kubectl(['get', 'hematoscope'])).toContain('jobrun.hematoscope.app/seen');
  });

  test('shows why it waits, in a wide list', async () => {
    await client.create<Custom>(JOB_RUNS, 'default', jobRun('waits', { templateRef: 'echo' }));
    const waiting = { reason: 'WaitingForTemplate', message: 'not there yet', since: new Date().toISOString() };
    const key = { namespace: 'default', name: 'waits', subresource: 'status' };
    await client.patch(JOB_RUNS, key, { status: { phase: 'Pending', waiting } }, {});
    expect(await kubectl(['get', 'jr', 'waits', '-o', 'wide'])).toMatch(
      /AGE\s+JOB\s+REVISION\s+WAITING\s+RERUN OF\s+ERROR\n/,
    );
    expect(await kubectl(['get', 'jr', 'waits', '-o', 'wide'])).toMatch(/Pending.*WaitingForTemplate/);
  });

  test('reports the generation -1 before a syncer has seen it, however it is read', async () => {
    const status = { observedGeneration: -1 };
    expect(
      (await client.create<Custom>(JOB_RUNS, 'default', jobRun('unseen', { templateRef: 'echo' }))).status,
    ).toEqual(status);
    expect((await client.get<Custom>(JOB_RUNS, { namespace: 'default', name: 'unseen' })).status).toEqual(status);
    const { items } = await client.list<Custom>(JOB_RUNS, { namespace: 'default' });
    expect(items.find(({ metadata }) => metadata?.name === 'unseen')?.status).toEqual(status);
  });

  test('that was stored before this version is read with its status, and one without a status has the generation -1', async () => {
    const crd = join(repositoryDirectory, 'charts/job-template-run/files/crds/jobruns.yaml');
    const older = parse(readFileSync(crd, 'utf8')) as JobRunCrd;
    const { status: schema } = older.spec.versions[0]!.schema.openAPIV3Schema.properties;
    delete schema.default;
    delete schema.properties.observedGeneration.default;
    const status = { phase: 'Succeeded', conditions: [{ type: 'Finished', status: 'True' }] };
    const key = (name: string) => ({ namespace: 'default', name });
    await kubectl(['replace', '-f', '-'], older);
    await waitFor('the schema without defaults', async () => {
      await client.create<Custom>(JOB_RUNS, 'default', jobRun('older', { templateRef: 'echo' }));
      const stored = await client.get<Custom>(JOB_RUNS, key('older'));
      if (stored.status === undefined) return true;
      await client.delete(JOB_RUNS, key('older'), {});
      return undefined;
    });
    await client.create<Custom>(JOB_RUNS, 'default', jobRun('older-done', { templateRef: 'echo' }));
    await client.patch(JOB_RUNS, { ...key('older-done'), subresource: 'status' }, { status }, {});
    await kubectl(['replace', '-f', crd]);
    await waitFor('the schema with defaults', async () => {
      const { status: found } = await client.get<Custom>(JOB_RUNS, key('older'));
      return JSON.stringify(found) === '{"observedGeneration":-1}' || undefined;
    });
    const done = await client.get<Custom>(JOB_RUNS, key('older-done'));
    expect(done.status).toEqual({ ...status, observedGeneration: -1 });
  });

  test('cannot have an unknown phase', async () => {
    await client.create<Custom>(JOB_RUNS, 'default', jobRun('phase', { templateRef: 'echo' }));
    const key = { namespace: 'default', name: 'phase', subresource: 'status' };
    const phases = PHASES.map((phase) => `"${phase}"`).join(', ');
    await expect(client.patch(JOB_RUNS, key, { status: { phase: 'Done' } }, {})).rejects.toThrow(
      `status.phase: Unsupported value: "Done": supported values: ${phases}`,
    );
  });
});
