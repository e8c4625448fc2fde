import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../../api/job-run.ts';
import { withWrittenNulls } from '../../../../../webhook/admission/job-run-mutation/written-nulls.ts';
import { echoRun } from '../../../core/objects.ts';

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

function applied(sent: object, manifest: object | string): JobRun {
  const text = typeof manifest === 'string' ? manifest : JSON.stringify({ spec: { templateRef: 'echo', ...manifest } });
  return echoRun(sent, { annotations: { [LAST_APPLIED]: text } });
}

describe('what kubectl drops', () => {
  it.each<[string, object, object, object]>([
    [
      'a limit',
      { resources: { limits: {} } },
      { resources: { limits: { cpu: null } } },
      { resources: { limits: { cpu: null } } },
    ],
    [
      'both maps',
      { resources: {} },
      { resources: { limits: null, requests: null } },
      { resources: { limits: null, requests: null } },
    ],
    [
      'one of two requests',
      { resources: { requests: { cpu: '1' } } },
      { resources: { requests: { cpu: '1', memory: null } } },
      { resources: { requests: { cpu: '1', memory: null } } },
    ],
    ['a node label', { nodeSelector: {} }, { nodeSelector: { zone: null } }, { nodeSelector: { zone: null } }],
    [
      'a label and an annotation',
      { metadata: { labels: {}, annotations: {} } },
      { metadata: { labels: { a: null }, annotations: { b: null } } },
      { metadata: { labels: { a: null }, annotations: { b: null } } },
    ],
    [
      'a limit of a container, found by its name',
      {
        containers: [
          { name: 'a', image: 'x' },
          { name: 'b', resources: { limits: {} } },
        ],
      },
      { containers: [{ name: 'b', resources: { limits: { cpu: null } } }] },
      {
        containers: [
          { name: 'a', image: 'x' },
          { name: 'b', resources: { limits: { cpu: null } } },
        ],
      },
    ],
  ])('is restored: %s', (_, sent, manifest, expected) => {
    expect(withWrittenNulls(applied(sent, manifest), undefined).spec).toEqual({ templateRef: 'echo', ...expected });
  });

  it.each<[string, object, object | string]>([
    ['a map that is empty on purpose', { resources: { limits: {} } }, { resources: { limits: {} } }],
    ['a field that the manifest sets', { nodeSelector: { zone: 'a' } }, { nodeSelector: { zone: null } }],
    ['a null outside of maps', {}, { args: null, suspend: null }],
    ['a manifest that is no JSON', { nodeSelector: {} }, 'null {'],
    ['a manifest that is no object', { nodeSelector: {} }, 'null'],
    ['a manifest without a spec', { nodeSelector: {} }, '{"a":null}'],
    [
      'a manifest of other types',
      { resources: { limits: {} }, containers: [] },
      { resources: [null], containers: null },
    ],
  ])('is not invented for %s', (_, sent, manifest) => {
    expect(withWrittenNulls(applied(sent, manifest), undefined).spec).toEqual({ templateRef: 'echo', ...sent });
  });

  it('is not looked for in a run that was not applied', () => {
    const run = echoRun({ nodeSelector: {} });
    expect(withWrittenNulls(run, undefined)).toBe(run);
  });
});

it('is nothing if the annotation is no text', () => {
  const run = echoRun({}, { annotations: { [LAST_APPLIED]: 7 as never } });
  expect(withWrittenNulls(run, undefined)).toBe(run);
});

describe('an update', () => {
  const manifest = { resources: { limits: { cpu: null } } };

  it('restores what is dropped again when the same manifest is applied', () => {
    const before = echoRun(manifest as never);
    expect(withWrittenNulls(applied({ resources: { limits: {} } }, manifest), before).spec).toEqual(before.spec);
  });

  it('does not change a field that was stored without its nulls', () => {
    const stored = { resources: { limits: {} } };
    expect(withWrittenNulls(applied(stored, manifest), echoRun(stored)).spec).toEqual(echoRun(stored).spec);
  });
});
