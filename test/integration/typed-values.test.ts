import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectRefusal } from './command-results.ts';
import { jobRun, ProductEnvironment, template, type Tenant } from './product-environment.ts';

let environment: ProductEnvironment;
let tenant: Tenant;

beforeAll(async () => {
  environment = await ProductEnvironment.start();
  tenant = await environment.tenant();
});
afterAll(async () => {
  await environment.stop();
});

const X = '$(params.x)';
const ANYTHING = expect.any(String) as string;
const CONTAINER = 'spec.template.spec.containers[0]';
const POD = 'spec.template.spec';

type Schema = { type: string; [rule: string]: unknown };

/** Where the parameter is the whole value. */
interface Place {
  path: string;
  container?: object;
  spec?: object;
  pod?: object;
}

const main = { name: 'main', image: 'busybox' };
const seccomp = (type: string): object => ({ seccompProfile: { type } });

/** A field of each type that a JobSpec has. */
const PLACES = {
  'a number of Pods': { path: 'spec.parallelism', spec: { parallelism: X } },
  'a user': { path: `${CONTAINER}.securityContext.runAsUser`, container: { securityContext: { runAsUser: X } } },
  'a port': { path: `${CONTAINER}.ports[0].containerPort`, container: { ports: [{ containerPort: X }] } },
  'a port of gRPC': {
    path: `${CONTAINER}.readinessProbe.grpc.port`,
    container: { readinessProbe: { grpc: { port: X } } },
  },
  'a flag': { path: `${POD}.automountServiceAccountToken`, pod: { automountServiceAccountToken: X } },
  'a port or its name': {
    path: `${CONTAINER}.readinessProbe.httpGet.port`,
    container: { readinessProbe: { httpGet: { port: X } } },
  },
  'a mode of files': {
    path: `${POD}.volumes[0].secret.defaultMode`,
    pod: {
      containers: [main],
      restartPolicy: 'Never',
      volumes: [{ name: 'a', secret: { secretName: 'a', defaultMode: X } }],
    },
  },
  'a quantity': {
    path: `${CONTAINER}.resources.limits[cpu]`,
    container: { resources: { limits: { cpu: X } } },
  },
  'a restart policy': { path: `${POD}.restartPolicy`, pod: { containers: [main], restartPolicy: X } },
  'a pull policy': { path: `${CONTAINER}.imagePullPolicy`, container: { imagePullPolicy: X } },
  'a completion mode': { path: 'spec.completionMode', spec: { completionMode: X, completions: 1 } },
  'a protocol': {
    path: `${CONTAINER}.ports[0].protocol`,
    container: { ports: [{ containerPort: 80, protocol: X }] },
  },
  'a DNS policy': { path: `${POD}.dnsPolicy`, pod: { containers: [main], restartPolicy: 'Never', dnsPolicy: X } },
  'a seccomp profile': {
    path: `${CONTAINER}.securityContext.seccompProfile.type`,
    container: { securityContext: seccomp(X) },
  },
  'a toleration': {
    path: `${POD}.tolerations[0].effect`,
    pod: { containers: [main], restartPolicy: 'Never', tolerations: [{ operator: 'Exists', effect: X }] },
  },
  'an image': { path: `${CONTAINER}.image`, container: { image: X } },
  'an argument': { path: `${CONTAINER}.args[0]`, container: { args: [X] } },
  'a label': { path: 'spec.template.metadata.labels[x]' },
} satisfies Record<string, Place>;

type Name = keyof typeof PLACES;

function templateWith(name: string, { container, spec, pod }: Place, schema: Schema, rest: object = {}): object {
  const metadata = (container ?? spec ?? pod) ? {} : { labels: { x: X } };
  const parts = {
    content: { parameters: [{ name: 'x', schema, ...rest }] },
    ...(spec && { spec }),
    ...(pod && { pod }),
    metadata,
  };
  return template(name, container, parts);
}

const stored = (place: Name, schema: Schema, rest: object = {}) =>
  tenant.apply(templateWith('tried', PLACES[place], schema, rest), '--dry-run=server');

const TYPES = ['string', 'integer', 'number', 'boolean'];
const ENUM = ['string'];

describe.each<[Name, string[]]>([
  ['a number of Pods', ['integer']],
  ['a user', ['integer']],
  ['a port', ['integer']],
  ['a port of gRPC', ['integer']],
  ['a mode of files', ['integer']],
  ['a flag', ['boolean']],
  ['a port or its name', ['string', 'integer', 'boolean']],
  ['a quantity', ['string', 'integer', 'number']],
  ['a restart policy', ENUM],
  ['a pull policy', ENUM],
  ['a completion mode', ENUM],
  ['a protocol', ENUM],
  ['a DNS policy', ENUM],
  ['a seccomp profile', ENUM],
  ['a toleration', ENUM],
  ['an image', TYPES],
  ['an argument', TYPES],
  ['a label', TYPES],
])('%s takes a parameter', (place, types) => {
  it.each(TYPES.map((type) => [type, types.includes(type)] as const))('of type %s: %s', async (type, isTaken) => {
    const { code, stderr } = await stored(place, { type });
    expect({ taken: code === 0, stderr }).toEqual({
      taken: isTaken,
      stderr: isTaken ? ANYTHING : (expect.stringContaining(`${PLACES[place].path}: `) as string),
    });
  });
});

describe('a template is refused', () => {
  it.each<[Name, Schema, object?]>([
    ['a port', { type: 'integer', minimum: 70_000 }],
    ['a port', { type: 'integer', minimum: 70_000 }, { default: 70_001 }],
    ['a port', { type: 'integer', enum: [70_000, 80_000] }],
    ['a port', { type: 'integer', maximum: -1 }],
    ['a port', { type: 'integer', minimum: 3_000_000_000 }],
    ['a port or its name', { type: 'integer', minimum: 70_000 }],
    ['a port or its name', { type: 'integer', maximum: -1 }],
    ['a port or its name', { type: 'integer', minimum: 3_000_000_000 }],
    ['a port or its name', { type: 'string', enum: ['80', '443'] }],
    ['a port of gRPC', { type: 'integer', minimum: 65_536 }],
    ['a number of Pods', { type: 'integer', maximum: -1 }],
    ['a number of Pods', { type: 'integer', minimum: 3_000_000_000 }],
    ['a user', { type: 'integer', minimum: 3_000_000_000 }],
    ['a mode of files', { type: 'integer', minimum: 0o1000 }],
    ['a quantity', { type: 'integer', maximum: -1 }],
    ['a quantity', { type: 'number', maximum: -0.5 }],
    ['a quantity', { type: 'string', enum: ['1GB', '2GB'] }],
    ['a restart policy', { type: 'string', enum: ['Always'] }],
    ['a restart policy', { type: 'string', enum: ['never', 'always'] }],
    ['a pull policy', { type: 'string', pattern: '^[a-z]+$', maxLength: 20 }],
    ['a pull policy', { type: 'string', maxLength: 4 }],
    ['a label', { type: 'integer', enum: [-1, -2] }],
  ])('if no value is right: %s with %j', async (place, schema, rest) => {
    const refusal = expectRefusal(await stored(place, schema, rest));
    expect(refusal).toContain(`${PLACES[place].path}: `);
  });

  it.each<[Name, Schema, object?]>([
    ['a number of Pods', { type: 'integer' }, { default: 3_000_000_000 }],
    ['a port or its name', { type: 'integer' }, { default: 3_000_000_000 }],
    ['a quantity', { type: 'string' }, { default: '1GB' }],
  ])('for its other mistakes, which a wrong default does not hide: %s with %j %j', async (place, schema, rest) => {
    const manifest = templateWith('tried', PLACES[place], schema, rest) as { spec: object };
    const wrong = { ...manifest, spec: { ...manifest.spec, backoffLimit: -1 } };
    expect(expectRefusal(await tenant.apply(wrong, '--dry-run=server'))).toContain('spec.backoffLimit: ');
  });
});

describe('a template is stored', () => {
  it.each<[Name, Schema, object?]>([
    ['a port', { type: 'integer', minimum: 1, maximum: 65_535 }],
    ['a port', { type: 'integer', minimum: 65_535 }],
    ['a port', { type: 'integer' }, { default: 70_000 }],
    ['a port', { type: 'integer', enum: [70_000, 80] }],
    ['a port or its name', { type: 'string', enum: ['80', 'http'] }],
    ['a number of Pods', { type: 'integer', minimum: 0, maximum: 0 }],
    ['a number of Pods', { type: 'integer', maximum: 0 }],
    ['a quantity', { type: 'string', enum: ['1GB', '1G'] }],
    ['a quantity', { type: 'number', minimum: 0.5 }],
    ['a restart policy', { type: 'string', enum: ['Always', 'OnFailure'] }],
    ['a pull policy', { type: 'string', pattern: '^[A-Z]', maxLength: 20 }],
  ])('if a value is right: %s with %j', async (place, schema, rest) => {
    const { code, stderr } = await stored(place, schema, rest);
    expect({ code, stderr }).toEqual({ code: 0, stderr: ANYTHING });
  });

  it('if a value depends on that of another parameter', async () => {
    const parameters = [
      { name: 'most', schema: { type: 'integer', enum: [5] } },
      { name: 'all', schema: { type: 'integer' }, default: 1 },
    ];
    const spec = {
      completionMode: 'Indexed',
      completions: '$(params.all)',
      backoffLimitPerIndex: 1,
      maxFailedIndexes: '$(params.most)',
    };
    const { code, stderr } = await tenant.apply(template('tried', {}, { content: { parameters }, spec }));
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining('spec.maxFailedIndexes') as string });
  });
});

describe.each<[Name, string, unknown[], unknown[]]>([
  ['a number of Pods', 'integer', [0, 5], [-1, 3_000_000_000, 2 ** 60]],
  ['a user', 'integer', [0, 2 ** 31 - 1], [-1, 2 ** 31, 3_000_000_000]],
  ['a port', 'integer', [1, 65_535], [0, -1, 70_000, 3_000_000_000, '80', true]],
  ['a port of gRPC', 'integer', [80], [0, 70_000, 3_000_000_000]],
  ['a mode of files', 'integer', [0o400], [-1, 0o1000, 3_000_000_000]],
  ['a flag', 'boolean', [true, false], [0, 'true']],
  ['a port or its name', 'integer', [80], [0, -80, 70_000, 3_000_000_000, -3_000_000_000]],
  ['a port or its name', 'string', ['http'], ['80', '', 'a-name-that-is-too-long', 'HTTP_']],
  ['a quantity', 'string', ['1', '500m', '1Gi'], ['1GB', '', 'half', '-1']],
  ['a quantity', 'number', [0.5, 2], [-0.5]],
  ['a restart policy', 'string', ['Never'], ['Always', 'never', '']],
  ['a pull policy', 'string', ['Always'], ['1', 'true']],
  ['a label', 'integer', [1], [-1]],
])('a run of a template with %s of type %s', (place, type, good, bad) => {
  const name = `${place.replaceAll(' ', '-')}-${type}`.toLowerCase();
  const tried = (x: unknown) => tenant.apply(jobRun('tried', name, { parameters: { x } }), '--dry-run=server');

  beforeAll(async () => {
    await tenant.applied(templateWith(name, PLACES[place], { type }));
  });

  it.each(good)('is admitted with %j', async (value) => {
    const { code, stderr } = await tried(value);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it.each(bad)('is refused for the parameter with %j', async (value) => {
    expect(expectRefusal(await tried(value))).toContain('spec.parameters[x]: ');
  });
});
