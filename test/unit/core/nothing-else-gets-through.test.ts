import { compileTemplate } from '../../../core/template/compile.ts';
import { describe, expect, test } from 'vitest';

import { DEFINITIONS, JOB_SPEC } from '../../../api/kubernetes/definitions.ts';
import { refTarget, refTo, type JsonSchema } from '../../../api/kubernetes/json-schema.ts';
import { OVERRIDES } from '../../../api/names.ts';
import { overridesOf } from '../../../core/overrides/overrides.ts';
import { render } from '../../../core/job/render.ts';
import { echoRun, echoTemplate } from './objects.ts';

/** Every field that a run can override, by its place in the run. No other field may get into a Job. */
const OVERRIDABLE = {
  spec: [
    ...['args', 'command', 'env', 'image', 'resources', 'nodeSelector', 'tolerations', 'priorityClassName'],
    ...['parallelism', 'completions', 'backoffLimit', 'activeDeadlineSeconds', 'ttlSecondsAfterFinished', 'suspend'],
    ...['containers', 'metadata', 'templateRef', 'templateKind', 'templateRevision', 'parameters'],
  ],
  container: ['args', 'command', 'env', 'envFrom', 'image', 'resources', 'name'],
  metadata: ['labels', 'annotations'],
};

/** Paths of all fields of a JobSpec, of its Pods and of their containers, down to `depth` names. */
function fieldsOf(schema: JsonSchema, trail: string[] = [], seen: string[] = []): string[][] {
  const name = schema.$ref === undefined ? undefined : refTarget(schema.$ref);
  if (name !== undefined && seen.includes(name)) return [];
  const { properties = {}, items } = name === undefined ? schema : DEFINITIONS[name]!;
  const within = name === undefined ? seen : [...seen, name];
  if (items !== undefined) return fieldsOf(items, trail, within);
  return Object.entries(properties).flatMap(([field, child]) => {
    const path = [...trail, field];
    return [path, ...fieldsOf(child.items ?? child, path, within)];
  });
}

const FIELDS = fieldsOf({ $ref: refTo(JOB_SPEC) });
const MARK = 'smuggled-in';

/** An object with the mark at the path. */
const at = (path: readonly string[], value: unknown = MARK): Record<string, unknown> => {
  const [field = '', ...rest] = path;
  return { [field]: rest.length === 0 ? value : at(rest, value) };
};

const template = { ...echoTemplate(), overrides: { allow: [...OVERRIDES] } };
const compiled = compileTemplate(template);
const rendered = (spec: object): string => JSON.stringify(render(compiled, echoRun(spec)));
/** The first reason why the run gets no Job. */
const refusal = (spec: object): string | undefined => {
  const result = render(compiled, echoRun(spec));
  return 'errors' in result ? result.errors[0]?.message : undefined;
};
const UNKNOWN = /^unknown field "/;

/** The shapes of a wrong value; lists and maps are merged in other ways than strings. */
const VALUES: unknown[] = [MARK, [MARK], { [MARK]: MARK }, [{ name: MARK }], true, 7];

describe('only the listed fields get from a run into its Job', () => {
  test('the walk covers the whole JobSpec', () => {
    const paths = new Set(FIELDS.map((path) => path.join('.')));
    expect(paths.size).toBeGreaterThan(900);
    for (const path of [
      'podFailurePolicy.rules.action',
      'template.spec.volumes.hostPath.path',
      'template.spec.serviceAccountName',
      'template.spec.hostNetwork',
      'template.spec.hostPID',
      'template.spec.securityContext.runAsUser',
      'template.spec.containers.securityContext.privileged',
      'template.spec.initContainers.volumeMounts.mountPath',
      'template.metadata.labels',
    ]) {
      expect(paths, path).toContain(path);
    }
  });

  test('no field at its place in a JobSpec', () => {
    const own = new Set(OVERRIDABLE.spec);
    for (const path of FIELDS) {
      if (path.length === 1 && own.has(path[0]!)) continue;
      for (const value of VALUES) expect(refusal(at(path, value)), path.join('.')).toMatch(UNKNOWN);
    }
  });

  test('no field by its name alone at the top of spec', () => {
    for (const name of new Set(FIELDS.map((path) => path.at(-1)!))) {
      if (OVERRIDABLE.spec.includes(name)) continue;
      for (const value of VALUES) expect(refusal({ [name]: value }), name).toMatch(UNKNOWN);
    }
  });

  test('no field of a container or a Pod in an override of a container', () => {
    for (const name of new Set(FIELDS.map((path) => path.at(-1)!))) {
      if (OVERRIDABLE.container.includes(name)) continue;
      const override = { name: 'sidecar', [name]: MARK };
      expect(refusal({ containers: [override] }), name).toMatch(UNKNOWN);
    }
  });

  test('no field beside labels and annotations', () => {
    for (const name of new Set(FIELDS.map((path) => path.at(-1)!))) {
      if (OVERRIDABLE.metadata.includes(name)) continue;
      expect(refusal({ metadata: { [name]: MARK } }), name).toMatch(UNKNOWN);
    }
    expect(refusal({ metadata: { name: MARK, namespace: MARK, ownerReferences: [{ uid: MARK }] } })).toMatch(UNKNOWN);
  });

  test('no label or annotation that the template sets on its Jobs', () => {
    const jobMetadata = { labels: { queue: 'research' }, annotations: { note: 'fixed' } };
    const strict = compileTemplate({ ...template, jobMetadata });
    for (const field of OVERRIDABLE.metadata) {
      const key = field === 'labels' ? 'queue' : 'note';
      expect(JSON.stringify(render(strict, echoRun({ metadata: { [field]: { [key]: MARK } } })))).not.toContain(MARK);
    }
    expect(refusal({ jobMetadata: { labels: { [MARK]: MARK } } })).toMatch(UNKNOWN);
  });

  test('the listed fields do get through: otherwise the tests above would prove nothing', () => {
    const values: Record<string, unknown> = { args: [MARK], image: MARK, metadata: { labels: { a: MARK } } };
    for (const name of ['args', 'image', 'metadata']) expect(rendered({ [name]: values[name] })).toContain(MARK);
  });

  test('the listed fields are those that an allow list can name', () => {
    const overrides = (spec: object): string[] => overridesOf(echoRun(spec));
    const selectors = ['containers', 'templateRef', 'templateKind', 'templateRevision', 'parameters'];
    for (const name of OVERRIDABLE.spec.filter((field) => !selectors.includes(field))) {
      if (name !== 'metadata') expect(overrides({ [name]: [] }), name).toEqual([name]);
    }
    for (const name of OVERRIDABLE.metadata) expect(overrides({ metadata: { [name]: {} } }), name).toEqual([name]);
  });
});
