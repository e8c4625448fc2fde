import { expect, test } from 'vitest';
import { API_VERSION } from '../../../api/names.ts';
import { validateAdmissionReview, validateJobRun, validateJobTemplate } from '../../../api/validators.ts';

const jobRun = (spec: unknown, status?: unknown) => ({
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name: 'hello', namespace: 'default', uid: 'u', creationTimestamp: '2026-11-23T21:00:00Z' },
  spec,
  ...(status === undefined ? {} : { status }),
});

const jobTemplate = (spec: unknown) => ({
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: 'echo' },
  spec,
});

const sentences = (errors: { path: string; message: string }[]): string[] =>
  errors.map(({ path, message }) => `${path}: ${message}`);

test.each([
  ['the name of a template', { templateRef: 'echo' }],
  ['a name of 253 characters', { templateRef: 'a'.repeat(253) }],
  ['a name with dots', { templateRef: 'echo.v2' }],
  ['args and command', { templateRef: 'echo', args: ['Hello, world!'], command: ['echo'] }],
  ["empty lists, which clear the template's", { templateRef: 'echo', args: [], command: [] }],
])('a JobRun may have %s', (_, spec) => {
  expect(validateJobRun(jobRun(spec))).toEqual([]);
});

test('a JobRun may have a status with the fields of a newer Job', () => {
  const conditions = [{ type: 'Finished', status: 'True', lastTransitionTime: '2026-11-23T21:00:00Z', newer: 1 }];
  const status = { phase: 'Succeeded', succeeded: 1, startTime: '2026-11-23T21:00:00Z', conditions, newer: { a: 1 } };
  expect(validateJobRun(jobRun({ templateRef: 'echo' }, status))).toEqual([]);
});

const NOT_A_NAME =
  'cannot be the name of a JobTemplate: a name has only lower-case letters, digits, "-" and ".", and begins and ends with a letter or digit';

test.each([
  ['no templateRef', { templateref: 'echo' }, ['spec.templateRef: Required value']],
  ['an empty templateRef', { templateRef: '' }, [`spec.templateRef: Invalid value: "": ${NOT_A_NAME}`]],
  ['upper case', { templateRef: 'Foo_Bar' }, [`spec.templateRef: Invalid value: "Foo_Bar": ${NOT_A_NAME}`]],
  ['another namespace', { templateRef: 'ns/echo' }, [`spec.templateRef: Invalid value: "ns/echo": ${NOT_A_NAME}`]],
  ['a number', { templateRef: 3 }, ['spec.templateRef: Invalid value: must be a string, not a number']],
  [
    'a name that is too long',
    { templateRef: 'a'.repeat(254) },
    ['spec.templateRef: Too long: may not be more than 253 characters'],
  ],
  [
    'args that are a string',
    { templateRef: 'echo', args: 'hi' },
    ['spec.args: Invalid value: must be a list, not a string'],
  ],
  [
    'several mistakes, which are all reported',
    { args: null, command: ['a', 2] },
    [
      'spec.templateRef: Required value',
      'spec.args: Invalid value: must be a list, not null',
      'spec.command[1]: Invalid value: must be a string, not a number',
    ],
  ],
])('a JobRun cannot have %s', (_, spec, expected) => {
  expect(sentences(validateJobRun(jobRun(spec)))).toEqual(expected);
});

test('an unknown phase is reported with the known ones', () => {
  expect(sentences(validateJobRun(jobRun({ templateRef: 'echo' }, { phase: 'Done' })))).toEqual([
    'status.phase: Unsupported value: "Done": supported values: "Pending", "Queued", "Running", "Suspended", "Succeeded", "Failed", "Cancelled", "Unknown"',
  ]);
});

test('validation changes nothing', () => {
  const run = jobRun({ templateRef: 'echo', args: ['1'], unknown: '2' });
  const before = structuredClone(run);
  validateJobRun(run);
  expect(run).toEqual(before);
});

const containers = [
  {
    name: 'echo',
    image: 'busybox',
    resources: { limits: { cpu: 0.5, memory: '1Gi' }, requests: { cpu: 1 } },
    livenessProbe: { httpGet: { port: 'web' } },
    readinessProbe: { httpGet: { port: 8080 } },
    ports: [{ containerPort: 80 }],
    newer: { field: true },
  },
];

test('a JobTemplate may have everything that a Job may have, and fields of a newer Kubernetes', () => {
  expect(validateJobTemplate(jobTemplate({ template: { spec: { containers } }, newer: 1 }))).toEqual([]);
});

test.each([
  ['no template', {}, ['spec.template: Required value']],
  ['no Pod spec', { template: {} }, ['spec.template.spec: Required value']],
  ['no containers', { template: { spec: {} } }, ['spec.template.spec.containers: Required value']],
  [
    'wrong types deep inside',
    { template: { spec: { containers: [{ name: 'a', env: [{ name: 'A', value: 1 }] }], volumes: {} } } },
    [
      'spec.template.spec.containers[0].env[0].value: Invalid value: must be a string, not a number',
      'spec.template.spec.volumes: Invalid value: must be a list, not a map',
    ],
  ],
  [
    'labels that are not strings',
    { template: { metadata: { labels: { 'example.com/n': 1 } }, spec: { containers } } },
    ['spec.template.metadata.labels[example.com/n]: Invalid value: must be a string, not a number'],
  ],
])('a JobTemplate cannot have %s', (_, spec, expected) => {
  expect(sentences(validateJobTemplate(jobTemplate(spec)))).toEqual(expected);
});

test('an empty list of containers is refused', () => {
  const [error] = validateJobTemplate(jobTemplate({ template: { spec: { containers: [] } } }));
  expect(error).toMatchObject({ path: 'spec.template.spec.containers', reason: 'FieldValueInvalid' });
});

const review = {
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: 'hematoscope.app', version: 'v1', kind: 'JobRun' },
    resource: { group: 'hematoscope.app', version: 'v1', resource: 'jobruns' },
    requestKind: { group: 'hematoscope.app', version: 'v1', kind: 'JobRun' },
    name: 'hello',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'admin', groups: ['system:authenticated'], extra: { scopes: ['a'] } },
    object: jobRun({ templateRef: 'echo' }),
    oldObject: null,
    dryRun: false,
    options: { apiVersion: 'meta.k8s.io/v1', kind: 'CreateOptions' },
  },
};

test('an AdmissionReview as the API server sends it is accepted', () => {
  expect(validateAdmissionReview(review)).toEqual([]);
});

test.each([
  [
    'of an older version',
    { ...review, apiVersion: 'admission.k8s.io/v1beta1' },
    ['apiVersion: Unsupported value: "admission.k8s.io/v1beta1": supported values: "admission.k8s.io/v1"'],
  ],
  ['without a request', { apiVersion: review.apiVersion, kind: review.kind }, ['request: Required value']],
  ['without a uid', { ...review, request: { ...review.request, uid: undefined } }, ['request.uid: Required value']],
  ['that is a string', 'hello', [': Invalid value: must be a map, not a string']],
])('an AdmissionReview %s is refused', (_, body, expected) => {
  expect(sentences(validateAdmissionReview(body))).toEqual(expected);
});

test('at most fifty mistakes are reported', () => {
  const errors = validateJobRun(jobRun({ templateRef: 'echo', args: Array.from({ length: 10_000 }, () => 1) }));
  expect(errors).toHaveLength(50);
});

test.each([
  ['a container of the same name', { containers: [{ name: 'a' }, { name: 'b' }, { name: 'a' }] }, ['containers[2]']],
  ['an accepted repeated variable', { containers: [{ name: 'a', env: [{ name: 'X' }, { name: 'X' }] }] }, []],
  ['a container without a name', { containers: [{}, {}] }, ['containers[0].name', 'containers[1].name']],
  ['several keys', { containers: [{ name: 'a' }], topologySpreadConstraints: spread('zone', 'host') }, []],
  [
    'several keys that are all the same',
    { containers: [{ name: 'a' }], topologySpreadConstraints: spread('zone', 'zone') },
    ['topologySpreadConstraints[1]'],
  ],
])('the errors of a JobTemplate with %s', (_, podSpec, paths) => {
  const errors = validateJobTemplate(jobTemplate({ template: { spec: podSpec } }));
  expect(errors.map(({ path }) => path.replace('spec.template.spec.', ''))).toEqual(paths);
});

function spread(...keys: string[]): object[] {
  return keys.map((topologyKey) => ({ topologyKey, whenUnsatisfiable: 'DoNotSchedule', maxSkew: 1 }));
}

test('a duplicate is quoted by its keys alone', () => {
  const containers = [
    { name: 'a', image: 'x' },
    { name: 'a', image: 'y' },
  ];
  expect(validateJobTemplate(jobTemplate({ template: { spec: { containers } } }))).toEqual([
    {
      path: 'spec.template.spec.containers[1]',
      reason: 'FieldValueDuplicate',
      message: 'Duplicate value: {"name":"a"}',
    },
  ]);
});
