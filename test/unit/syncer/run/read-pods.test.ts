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

function begin(answers: Record<string, KubeObject[] | Error>, reads = { pods: true, events: true, logEnds: true }) {
  const sent: string[] = [];
  const warned: unknown[] = [];
  const reader = new PodReader({
    client: {
      list: (({ plural }: { plural: string }, { namespace = '', limit = 0, ...selectors }: Record<string, unknown>) => {
        sent.push(`${plural} of ${String(namespace)}: ${Object.values(selectors).join()}, at most ${String(limit)}`);
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
    expect(await reader.read(JOB)).toEqual(seen);
    expect(sent).toEqual(requests);
  });

  it('of a Job that fails are read without Events', async () => {
    const { sent, reader } = begin({ pods: [FINISHED], events: [NEWER] });
    expect(await reader.read(JOB, true)).toEqual({ pods: [FINISHED] });
    expect(sent).toEqual([PODS]);
  });

  it('are read without Events if those may not be read', async () => {
    const { sent, reader } = begin({}, { pods: true, events: false, logEnds: true });
    expect(await reader.read(JOB)).toEqual({ pods: [] });
    expect(sent).toEqual([PODS]);
  });

  it.each([
    ['may not be read', { pods: refusal(403) }],
    ['are too many bytes', { pods: new ResponseTooLargeError('too large') }],
    ['have Events that may not be read', { events: refusal(403) }],
  ])('that %s are not known, which is logged once', async (_sentence, answers) => {
    const { warned, reader } = begin(answers);
    expect([await reader.read(JOB), await reader.read(JOB)]).toEqual(['unknown', 'unknown']);
    expect(warned).toEqual(['cannot read why the Pods of a Job do not start']);
  });

  it('are read later if the API server does not answer', async () => {
    const { reader } = begin({ pods: new KubeConnectionError('reset') });
    await expect(reader.read(JOB)).rejects.toThrow('reset');
  });

  it('are not read if many were read within a second', async () => {
    const { sent, reader } = begin({ pods: [pod()] });
    const answers = await Promise.all(Array.from({ length: 8 }, () => reader.read(JOB)));
    expect(answers.filter((answer) => answer === 'unknown')).toHaveLength(3);
    expect(sent).toHaveLength(5);
    expect(await reader.read(JOB, true)).toEqual({ pods: [pod()] });
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
