import fc from 'fast-check';
import { API_VERSION } from '../../../../api/names.ts';

type Fields = Record<string, unknown>;
type Path = (string | number)[];

/** A template with every part that a run can use. */
export const TEMPLATE = {
  apiVersion: API_VERSION,
  kind: 'JobTemplate',
  metadata: { name: 'batch', namespace: 'team' },
  spec: {
    backoffLimit: 2,
    template: {
      spec: {
        restartPolicy: 'Never',
        containers: [
          {
            name: 'work',
            image: 'busybox:$(params.tag)',
            args: ['$(params.days)', '$(params.names[*])'],
            env: [{ name: 'MODE', value: 'fast' }],
            resources: { limits: { cpu: '1' } },
          },
        ],
      },
    },
  },
  jobMetadata: { labels: { queue: '$(params.tag)' } },
  parameters: [
    { name: 'tag', default: 'latest', schema: { type: 'string', pattern: '^[a-z0-9]+$', maxLength: 20 } },
    { name: 'days', description: 'how many', schema: { type: 'integer', minimum: 1, maximum: 31 } },
    { name: 'names', default: ['a'], schema: { type: 'array', items: { type: 'string' }, maxItems: 3 } },
  ],
  overrides: { allow: ['args', 'env', 'resources', 'metadata'] },
  revisions: { allow: 'Any' },
  runs: { concurrency: { policy: 'Queue', limit: 2, group: 'g-$(params.tag)' } },
};

export const RUN = {
  apiVersion: API_VERSION,
  kind: 'JobRun',
  metadata: { name: 'batch-1', namespace: 'team', annotations: { 'hematoscope.app/missing-template': 'Reject' } },
  spec: {
    templateRef: 'batch',
    parameters: { days: 3, tag: 'v1', names: ['x', 'y'] },
    args: ['one'],
    env: [{ name: 'MODE', value: 'slow' }],
    containers: [{ name: 'work', resources: { limits: { cpu: '2' } } }],
    metadata: { labels: { team: 'a' } },
  },
};

const STRINGS = [
  '',
  'work',
  'a/b',
  'Batch',
  '$(params.tag)',
  '$(params.nope)',
  'array',
  'Forbid',
  '^(a',
  'env',
  'image',
];
const values = fc.constantFrom<unknown>(...STRINGS, 0, 1, 7, -1, 1.5, true, false, [], {}, ['a'], { a: 'b' }, [1]);

/** The places of an object below `apiVersion`, `kind` and `metadata`. */
function placesOf(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  const below = Object.entries(value).flatMap(([key, child]) => {
    const at = [...path, Array.isArray(value) ? Number(key) : key];
    return ['apiVersion', 'kind', 'metadata'].includes(key) && path.length === 0 ? [] : placesOf(child, at);
  });
  return path.length === 0 ? below : [path, ...below];
}

type Change = (parent: Fields, key: string | number) => void;

const changes: fc.Arbitrary<Change> = fc.oneof(
  values.map(
    (value): Change =>
      (parent, key) =>
        (parent[key] = structuredClone(value)),
  ),
  fc.constant<Change>((parent, key) => {
    if (Array.isArray(parent)) parent.splice(Number(key), 1);
    else Reflect.deleteProperty(parent, key);
  }),
  fc
    .tuple(fc.constantFrom('image', 'defalt', 'schema', 'secret', 'description'), values)
    .map(([name, value]): Change => (parent) => {
      if (!Array.isArray(parent)) parent[name] = structuredClone(value);
      else if (parent.length > 0) parent.push(structuredClone(parent[0]));
    }),
);

/** The object with one or two changes somewhere. */
export const mutated = <T extends object>(base: T): fc.Arbitrary<T> =>
  fc.array(fc.tuple(fc.constantFrom(...placesOf(base)), changes), { minLength: 1, maxLength: 2 }).map((made) => {
    const object = structuredClone(base);
    for (const [path, change] of made) {
      const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Fields | undefined)?.[key], object);
      if (typeof parent === 'object' && parent !== null) change(parent as Fields, path.at(-1) ?? '');
    }
    return object;
  });
