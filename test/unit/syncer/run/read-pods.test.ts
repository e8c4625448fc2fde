import { describe, expect, it } from 'vitest';
import type { Job, KubeObject } from '../../../../api/wire.ts';
import { KubeApiError, KubeConnectionError, ResponseTooLargeError } from '../../../../kube/client/api-error.ts';
import { PodReader } from '../../../../syncer/run/read-pods.ts';
import { ago, event, pod } from '../../core/pods/pods.ts';

const JOB: Job = { metadata: { name: 'report-1', namespace: 'team', uid: 'job-uid' } };
const PODS = 'pods of team: batch.kubernetes.io/controller-uid=job-uid, at most 30';
const EVENTS = 'events of team: regarding.uid=job-uid,reason=FailedCreate, at most 20';
const FINISHED = pod({ phase: 'Failed' });
const OLDER = event({ note: 'older', deprecatedLastTimestamp: ago(60) });
const NEWER = event({ note: 'newer', deprecatedLastTimestamp: ago(5) });
const refusal = (code: number): Error => new KubeApiError({ method: 'GET', path: '/pods', code, body: '{}' });

function begin(
  answers: Record<string, KubeObject[] | Error>,
  reads = { pods: true, events: true, logEnds: true },
  pages?: KubeObject[][],
) {
  const sent: string[] = [];
  const warned: unknown[] = [];
  const reader = new PodReader({
    client: {
      list: (({ plural }: { plural: string }, { namespace = '', limit = 0, ...selectors }: Record<string, unknown>) => {
        sent.push(`${plural} of ${String(namespace)}: ${Object.values(selectors).join()}, at most ${String(limit)}`);
        const page = typeof selectors['continue'] === 'string' ? Number(selectors['continue'].slice(5)) : 0;
        if (pages) {
          const metadata = page + 1 < pages.length ? { continue: `page-${page + 1}` } : {};
          return Promise.resolve({ metadata, items: pages[page] });
        }
        const items = answers[plural] ?? [];
        return items instanceof Error ? Promise.reject(items) : Promise.resolve({ metadata: {}, items });
      }) as never,
    },
    reads,
    clock: { monotonic: () => 0 },
    logger: { warn: (...warning: unknown[]) => warned.push(warning.at(-1)) },
  });
  return { sent, warned, reader };
}

describe('the Pods of a Job', () => {
  it.each([
    ['are read in one request', { pods: [pod()] }, [PODS], { pods: [pod()] }],
    [
      'that finished are read with the refusal of the next',
      { pods: [FINISHED], events: [] },
      [PODS, EVENTS],
      { pods: [FINISHED] },
    ],
    [
      'that do not exist are explained by the newest Event',
      { events: [OLDER, NEWER] },
      [PODS, EVENTS],
      { pods: [], refusal: NEWER },
    ],
  ])('%s', async (_sentence, answers, requests, seen) => {
    const { sent, reader } = begin(answers);
    expect(await reader.read(JOB, 'look')).toEqual(seen);
    expect(sent).toEqual(requests);
  });

  it('of a Job that fails are read without Events', async () => {
    const { sent, reader } = begin({ pods: [FINISHED], events: [NEWER] });
    expect(await reader.read(JOB, 'failure')).toEqual({ pods: [FINISHED] });
    expect(sent).toEqual([PODS]);
  });

  it('are all read before the Job is stopped, however many they are, and however many were read within the second', async () => {
    const pages = Array.from({ length: 40 }, (_, index) => [pod({}, { metadata: { name: `report-${index}` } })]);
    const { sent, reader } = begin({}, undefined, pages);
    for (let reads = 0; reads < 20; reads += 1) await reader.read(JOB, 'look');
    sent.length = 0;
    expect(await reader.read(JOB, 'start')).toEqual({ pods: pages.flat() });
    expect(sent).toHaveLength(40);
    expect(sent[1]).toBe(PODS.replace('job-uid,', 'job-uid,page-1,'));
    const more = begin({}, undefined, [...pages, []]);
    expect(await more.reader.read(JOB, 'start')).toBe('unknown');
  });

  it('of a Job with results are read if they have succeeded: many can have failed before', async () => {
    const { sent, reader } = begin({ pods: [pod({ phase: 'Succeeded' })] });
    for (let reads = 0; reads < 20; reads += 1) await reader.read(JOB, 'look');
    sent.length = 0;
    expect(await reader.read(JOB, 'results')).toEqual({ pods: [pod({ phase: 'Succeeded' })] });
    expect(sent).toEqual([PODS.replace('job-uid, at most 30', 'job-uid,status.phase=Succeeded, at most 1')]);
  });

  it('are read without Events if those may not be read', async () => {
    const { sent, reader } = begin({}, { pods: true, events: false, logEnds: true });
    expect(await reader.read(JOB, 'look')).toEqual({ pods: [] });
    expect(sent).toEqual([PODS]);
  });

  it.each([
    ['may not be read', { pods: refusal(403) }],
    ['are too many bytes', { pods: new ResponseTooLargeError('too large') }],
    ['have Events that may not be read', { events: refusal(403) }],
  ])('that %s are not known, which is logged once', async (_sentence, answers) => {
    const { warned, reader } = begin(answers);
    expect([await reader.read(JOB, 'look'), await reader.read(JOB, 'look')]).toEqual(['unknown', 'unknown']);
    expect(warned).toEqual(['cannot read the Pods of a Job']);
  });

  it.each([429, 500, 503])('with results are read later if the API server answers %i', async (code) => {
    const { reader, warned } = begin({ pods: refusal(code) });
    await expect(reader.read(JOB, 'results')).rejects.toMatchObject({ code });
    expect(await reader.read(JOB, 'failure')).toBe('unknown');
    expect(warned).toHaveLength(1);
  });

  it('with results are not known if they may not be read', async () => {
    const { reader } = begin({ pods: refusal(403) });
    expect(await reader.read(JOB, 'results')).toBe('unknown');
  });

  it('are read later if the API server does not answer', async () => {
    const { reader } = begin({ pods: new KubeConnectionError('reset') });
    await expect(reader.read(JOB, 'look')).rejects.toThrow('reset');
  });

  it('are read a second later if many were read within this one', async () => {
    const { sent, reader } = begin({ pods: [pod()] });
    const answers = await Promise.all(Array.from({ length: 8 }, () => reader.read(JOB, 'look')));
    expect(answers.slice(5)).toEqual([{ afterMs: 1_000 }, { afterMs: 1_000 }, { afterMs: 1_000 }]);
    expect(sent).toHaveLength(5);
    expect(await reader.read(JOB, 'failure')).toEqual({ pods: [pod()] });
  });
});

it.each([
  [true, true, true],
  [true, false, false],
  [false, true, false],
])('with Pods read (%s) and ends of output (%s), the end of output is retained: %s', (pods, logEnds, expected) => {
  const { reader } = begin({}, { pods, events: true, logEnds });
  expect([reader.isPermitted, reader.keepsLogEnds]).toEqual([pods, expected]);
});
