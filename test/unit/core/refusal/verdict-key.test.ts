import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { Job } from '../../../../api/wire.ts';
import { render } from '../../../../core/job/render.ts';
import { verdictKey } from '../../../../core/refusal/verdict-key.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { echoRun, echoTemplate } from '../objects.ts';

type Spec = Partial<JobRun['spec']>;

function job(spec: Spec = {}, metadata: JobRun['metadata'] = {}, template: JobTemplate = echoTemplate()): Job {
  const rendered = render(compileTemplate(template), echoRun(spec, metadata));
  if ('errors' in rendered) throw new Error(JSON.stringify(rendered.errors));
  return rendered.job;
}

/** A template whose runs may set annotations. */
function openTemplate(): JobTemplate {
  return { ...echoTemplate(), overrides: { allow: ['annotations'] } };
}

/** The Job with a change to a deep copy of it. */
function changed(change: (copy: Job) => void): Job {
  const copy = structuredClone(job());
  change(copy);
  return copy;
}

const container = (of: Job) => of.spec!.template.spec!.containers[0]! as unknown as Record<string, unknown>;
const key = () => verdictKey(job());

describe('Jobs share a verdict if they differ only in', () => {
  it('the name and the uid of the run', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]([-a-z0-9]{0,70}[a-z0-9])?$/), fc.uuid(), (name, uid) => {
        expect(verdictKey(job({}, { name, uid }))).toBe(key());
      }),
    );
  });

  it('the text of arguments', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (one, other) => {
        expect(verdictKey(job({ args: [one] }))).toBe(verdictKey(job({ args: [other] })));
      }),
    );
  });

  it('the values of variables', () => {
    const env = (value: string): Spec => ({ env: [{ name: 'A', value }] });
    expect(verdictKey(job(env('1')))).toBe(verdictKey(job(env('2'))));
  });

  it('the same text of an init container', () => {
    const withInit = (text: string) =>
      changed((copy) => {
        const init = { name: 'i', args: [text], env: [{ name: 'A', value: text }] };
        Object.assign(copy.spec!.template.spec!, { initContainers: [init] });
      });
    expect(verdictKey(withInit('1'))).toBe(verdictKey(withInit('2')));
    expect(verdictKey(withInit('1'))).not.toBe(key());
  });
});

describe('Jobs do not share a verdict if they differ in', () => {
  it.each<[string, Job]>([
    ['the namespace', job({}, { namespace: 'other' })],
    ['the number of arguments', job({ args: ['a', 'b'] })],
    ['whether there are arguments', changed((copy) => delete container(copy)['args'])],
    ['the type of an argument', changed((copy) => Object.assign(container(copy), { args: [7] }))],
    ['an argument that is null', changed((copy) => Object.assign(container(copy), { args: [null] }))],
    ['arguments that are not a list', changed((copy) => Object.assign(container(copy), { args: 'a' }))],
    ['the command', job({ command: ['b'] })],
    ['variables', job({ env: [{ name: 'A', value: '1' }] })],
    ['containers that are not a list', changed((copy) => Object.assign(copy.spec!.template.spec!, { containers: {} }))],
    ['a container that is null', changed((copy) => Object.assign(copy.spec!.template.spec!, { containers: [null] }))],
    ['a field of the Job', job({ parallelism: 2 })],
    ['a field of the Pods', changed((copy) => Object.assign(copy.spec!.template.spec!, { hostNetwork: true }))],
    ['a label', job({ metadata: { labels: { team: 'red' } } })],
    ['an annotation', job({ metadata: { annotations: { note: 'x' } } }, {}, openTemplate())],
    ['a label of the Job only', changed((copy) => Object.assign(copy.metadata!.labels!, { team: 'red' }))],
    ['an annotation of the Job only', changed((copy) => Object.assign(copy.metadata!.annotations!, { note: 'x' }))],
    [
      'a label of the Pods only',
      changed((copy) => Object.assign(copy.spec!.template.metadata!.labels!, { team: 'red' })),
    ],
    [
      'an annotation of the Pods only',
      changed((copy) => Object.assign(copy.spec!.template.metadata!.annotations!, { note: 'x' })),
    ],
    ['Pods without labels', changed((copy) => delete copy.spec!.template.metadata)],
    ['Pods without a spec', changed((copy) => delete copy.spec!.template.spec)],
  ])('%s', (_, other) => {
    expect(verdictKey(other)).not.toBe(key());
  });

  it('the names of variables', () => {
    const env = (name: string): Spec => ({ env: [{ name, value: '1' }] });
    expect(verdictKey(job(env('A')))).not.toBe(verdictKey(job(env('B'))));
  });

  it('the source of the value of a variable', () => {
    const from = (name: string): Spec => ({ env: [{ name: 'A', valueFrom: { secretKeyRef: { name, key: 'k' } } }] });
    expect(verdictKey(job(from('a')))).not.toBe(verdictKey(job(from('b'))));
    expect(verdictKey(job(from('a')))).not.toBe(verdictKey(job({ env: [{ name: 'A', value: '1' }] })));
  });

  it('the type of the value of a variable', () => {
    const env = (value: unknown): Job => job({ env: [{ name: 'A', value: value as string }] });
    expect(verdictKey(env('7'))).not.toBe(verdictKey(env(7)));
  });

  it('an app.kubernetes.io/instance label that the template sets', () => {
    const template = (instance: string) =>
      echoTemplate({
        template: {
          metadata: { labels: { 'app.kubernetes.io/instance': instance } },
          spec: { containers: [{ name: 'c' }] },
        },
      });
    expect(verdictKey(job({}, {}, template('a')))).not.toBe(verdictKey(job({}, {}, template('b'))));
  });

  it('a label with the name of the run as its value', () => {
    const labels = (team: string): Spec => ({ metadata: { labels: { team } } });
    expect(verdictKey(job(labels('echo-hello')))).not.toBe(verdictKey(job(labels(''))));
  });
});

it('an empty Job has a key too', () => {
  expect(verdictKey({})).toBe(verdictKey({}));
  expect(verdictKey({})).not.toBe(verdictKey({ metadata: { namespace: 'a' } }));
});
