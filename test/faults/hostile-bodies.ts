import fc from 'fast-check';

/** A review as the API server sends it, to be corrupted. */
const review = (object: unknown, kind: string) => ({
  apiVersion: 'admission.k8s.io/v1',
  kind: 'AdmissionReview',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    kind: { group: 'hematoscope.app', version: 'v1', kind },
    resource: { group: 'hematoscope.app', version: 'v1', resource: `${kind.toLowerCase()}s` },
    name: 'a',
    namespace: 'default',
    operation: 'CREATE',
    userInfo: { username: 'someone', groups: ['system:authenticated'] },
    object,
    oldObject: null,
    dryRun: false,
    options: { kind: 'CreateOptions', apiVersion: 'meta.k8s.io/v1' },
  },
});

const run = {
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobRun',
  metadata: { name: 'a', namespace: 'default', labels: {}, annotations: {} },
  spec: { templateRef: 'hostile', args: ['Hello'], env: [{ name: 'A', value: 'b' }], parameters: { who: 'me' } },
};

const template = {
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobTemplate',
  metadata: { name: 'a', namespace: 'default' },
  parameters: [{ name: 'who', type: 'string' }],
  overrides: ['args'],
  spec: {
    template: { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'i', args: ['$(params.who)'] }] } },
  },
};

/** A review of a JobRun with these parameters, as text. */
export const hostileReview = (parameters: string): string =>
  JSON.stringify(review({ ...run, spec: { ...run.spec, parameters } }, 'JobRun'));

/** Nested so deeply that recursion would overflow the stack. */
const deep = fc
  .tuple(fc.constantFrom('[', '{"a":', '{"__proto__":', '{"spec":'), fc.integer({ min: 100, max: 20_000 }))
  .map(([open, depth]) => `${open.repeat(depth)}1${(open === '[' ? ']' : '}').repeat(depth)}`);

/** Up to a megabyte in one string, some of it unpaired surrogates. */
const long = fc
  .tuple(
    fc.constantFrom('x', '$(params.who)', '\\u0000', '\\ud800', '../', '${{', 'ü', '{{.}}'),
    fc.integer({ min: 1, max: 20 }),
  )
  .map(([unit, power]) => `"${unit.repeat(Math.max(1, Math.floor(2 ** power / unit.length)))}"`);

const wrongType = fc.constantFrom(
  'null', 'true', '-0', '1e400', '123456789012345678901234567890', '""', '[]', '{}', '[[]]', '{"":{}}',
  '{"__proto__":{"polluted":true}}', '{"constructor":{"prototype":{"polluted":true}}}',
  '{"toString":1,"valueOf":2,"hasOwnProperty":3}', '{"length":1e9}', '[null,null]', '{"then":"x"}', '"__proto__"',
  '"constructor"', '{"toJSON":"x"}',
); // prettier-ignore

const value = fc.oneof(
  { weight: 8, arbitrary: wrongType },
  { weight: 4, arbitrary: fc.json({ maxDepth: 4 }) },
  { weight: 1, arbitrary: deep },
  { weight: 1, arbitrary: long },
);

/** Every place in an object where a hostile value can be put, as a list of keys. */
function placesIn(object: unknown, path: string[] = []): string[][] {
  if (typeof object !== 'object' || object === null) return [path];
  return [path, ...Object.entries(object).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

const originals = [
  review(run, 'JobRun'),
  review(template, 'JobTemplate'),
  review({ ...template, kind: 'ClusterJobTemplate' }, 'ClusterJobTemplate'),
];
const MARK = '"@@hostile@@"';

/** A real review with a hostile value in place of one of its parts, or under an additional key. */
const spoiled = fc
  .tuple(
    fc.constantFrom(...originals),
    fc.nat(),
    fc.constantFrom('', '__proto__', 'constructor', 'prototype', 'x'),
    value,
  )
  .map(([original, at, key, text]) => {
    const copy = { root: structuredClone(original) as unknown };
    const places = placesIn(copy);
    const place = places[at % places.length] ?? [];
    let parent = copy as Record<string, unknown>;
    for (const step of place.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
    const last = place.at(-1) ?? 'root';
    const inner = parent[last];
    if (key !== '' && typeof inner === 'object' && inner !== null) {
      // As an own key: an assignment to `__proto__` would set the prototype.
      Object.defineProperty(inner, key, { value: '@@hostile@@', enumerable: true });
    } else parent[last] = '@@hostile@@';
    return JSON.stringify(copy.root).replace(MARK, () => text);
  });

/** Bytes that are not a review. */
const garbage = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  value,
  fc.constantFrom('', '{', '[', '"', 'null', '\u0000', '{"request":null}', '{"kind":"AdmissionReview"}'),
);

/** Bodies to send to an admission webhook. Most resemble a review. */
export const hostileBody = fc.oneof({ weight: 9, arbitrary: spoiled }, { weight: 1, arbitrary: garbage });
