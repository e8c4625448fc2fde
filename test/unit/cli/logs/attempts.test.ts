import { describe, expect, it } from 'vitest';
import type { Job, Pod } from '../../../../api/wire.ts';
import { attemptKey, attemptText, byCreation, isParallel, podEnd } from '../../../../cli/logs/attempts.ts';
import { containersOf, instancesOf, isOver } from '../../../../cli/logs/container-instances.ts';

const job = (spec: object): Job => ({ spec: { template: {}, ...spec } });

function pod(name: string, index?: number, more: object = {}): Pod {
  const annotations = index === undefined ? {} : { 'batch.kubernetes.io/job-completion-index': String(index) };
  return { metadata: { name, uid: name, creationTimestamp: '2026-11-29T12:00:00Z', annotations }, ...more };
}

describe('attempts', () => {
  it.each([
    [
      { number: 2, index: undefined, before: 'exit 137, OOMKilled' },
      { backoffLimit: 3 },
      'attempt 2 of 4; attempt 1: exit 137, OOMKilled',
    ],
    [{ number: 2, index: undefined, before: undefined }, {}, 'attempt 2 of 7'],
    [{ number: 5, index: undefined, before: 'exit 1' }, { backoffLimit: 3 }, 'attempt 5; attempt 4: exit 1'],
    [
      { number: 2, index: 4, before: 'exit 1' },
      { backoffLimitPerIndex: 1 },
      'index 4: attempt 2 of 2; attempt 1: exit 1',
    ],
    [{ number: 2, index: 4, before: 'Evicted' }, {}, 'index 4: attempt 2; attempt 1: Evicted'],
  ])('%o are announced', (attempt, spec, text) => {
    expect(attemptText(attempt, job(spec))).toBe(text);
  });

  it('are the Pods of one index, or all Pods of a Job with one Pod at a time', () => {
    expect(attemptKey(pod('a', 3), job({ parallelism: 3 }))).toBe('index 3');
    expect(attemptKey(pod('a'), job({}))).toBe(attemptKey(pod('b'), job({})));
    expect(attemptKey(pod('a'), job({ parallelism: 2, completions: 5 }))).not.toBe(
      attemptKey(pod('b'), job({ parallelism: 2, completions: 5 })),
    );
    expect(isParallel(job({ parallelism: 5, completions: 1 }))).toBe(false);
    expect(isParallel(job({ parallelism: 2 }))).toBe(true);
  });

  it('are in the order of creation, then of the index', () => {
    const late = pod('0', 0, {});
    late.metadata!.creationTimestamp = '2026-11-29T12:00:01Z';
    const names = [late, pod('ten', 10), pod('two', 2)].toSorted(byCreation).map(({ metadata }) => metadata?.name);
    expect(names).toEqual(['two', 'ten', '0']);
  });

  it.each([
    [
      'exit 137, OOMKilled',
      { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 137, reason: 'OOMKilled' } } }] },
    ],
    ['exit 3', { phase: 'Failed', containerStatuses: [{ state: { terminated: { exitCode: 3, reason: 'Error' } } }] }],
    ['Evicted', { phase: 'Failed', reason: 'Evicted' }],
    [undefined, {}],
  ])('that ended with %s are described so', (text, status) => {
    expect(podEnd(pod('a', undefined, { status }))).toBe(text);
  });
});

describe('the instances of a container', () => {
  const withStatus = (status: object, restartPolicy = 'OnFailure'): Pod =>
    ({
      spec: { restartPolicy, containers: [{ name: 'main' }] },
      status: { containerStatuses: [{ name: 'main', ...status }] },
    }) as Pod;
  const ended = (containerID: string, exitCode = 1) => ({ terminated: { containerID, exitCode } });

  it.each([
    ['none while it is created', { restartCount: 0, state: { waiting: {} }, lastState: {} }, []],
    ['one that runs', { restartCount: 0, containerID: 'a', state: { running: {} }, lastState: {} }, ['a 1 running']],
    [
      'the previous one and one that runs',
      { restartCount: 2, containerID: 'c', state: { running: {} }, lastState: ended('b') },
      ['b 2 ended previous', 'c 3 running'],
    ],
    [
      'one that waits for its restart',
      { restartCount: 0, containerID: 'a', state: { waiting: {} }, lastState: ended('a') },
      ['a 1 ended previous'],
    ],
    ['one that ended', { restartCount: 0, state: ended('a'), lastState: {} }, ['a 1 ended']],
  ])('are %s', (_, status, expected) => {
    const seen = instancesOf(withStatus(status), 'main').map(({ id, number, ended: isEnded, previous }) =>
      [id, number, isEnded ? 'ended' : 'running', ...(previous ? ['previous'] : [])].join(' '),
    );
    expect(seen).toEqual(expected);
  });

  it.each([
    ['Never', 1, true],
    ['OnFailure', 0, true],
    ['OnFailure', 1, false],
  ])('are complete with restartPolicy %s and exit code %i: %s', (policy, exitCode, expected) => {
    expect(isOver(withStatus({ restartCount: 0, state: ended('a', exitCode) }, policy), 'main')).toBe(expected);
  });

  it('start in the order of the containers; sidecars hold nothing up', () => {
    const spec = {
      initContainers: [{ name: 'a' }, { name: 'b', restartPolicy: 'Always' }],
      containers: [{ name: 'c' }],
    };
    expect(containersOf({ spec })).toEqual([
      { name: 'a', isBlocking: true },
      { name: 'b', isBlocking: false },
      { name: 'c', isBlocking: false },
    ]);
  });
});
