import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../../../api/wire.ts';
import { eventFor } from '../../../../kube/controller/event.ts';

const reporter = { controller: 'example.com/test', instance: 'test-1' };
const regarding: KubeObject = {
  apiVersion: 'v1',
  kind: 'Thing',
  metadata: { name: 'a', namespace: 'ns', uid: 'uid-1', resourceVersion: '7' },
};
const happening = { type: 'Normal' as const, reason: 'Created', action: 'Create', note: 'It was created' };
const named = (name: string): KubeObject => ({ ...regarding, metadata: { ...regarding.metadata, name } });
const nameOf = (object: KubeObject, reason = 'Created'): string =>
  eventFor(object, { ...happening, reason }, reporter).metadata!.name!;
const noteOf = (note: string): string => eventFor(regarding, { ...happening, note }, reporter).note!;

describe('eventFor', () => {
  it('builds an Event of events.k8s.io/v1', () => {
    const related = { apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'b', namespace: 'ns', uid: 'uid-2' } };
    expect(eventFor(regarding, { ...happening, related }, reporter)).toEqual({
      apiVersion: 'events.k8s.io/v1',
      kind: 'Event',
      metadata: { namespace: 'ns', name: expect.stringMatching(/^a\.[0-9a-f]{16}$/) as unknown },
      eventTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/) as unknown,
      reportingController: 'example.com/test',
      reportingInstance: 'test-1',
      type: 'Normal',
      reason: 'Created',
      action: 'Create',
      note: 'It was created',
      regarding: { apiVersion: 'v1', kind: 'Thing', name: 'a', namespace: 'ns', uid: 'uid-1', resourceVersion: '7' },
      related: { apiVersion: 'batch/v1', kind: 'Job', name: 'b', namespace: 'ns', uid: 'uid-2', resourceVersion: '' },
    });
  });

  it('of a cluster-scoped object is in the namespace default', () => {
    expect(eventFor({ metadata: { name: 'a' } }, happening, reporter).metadata!.namespace).toBe('default');
  });

  it('has the same name only for the same uid and reason', () => {
    expect(nameOf(regarding)).toBe(nameOf(regarding));
    const other = { ...regarding, metadata: { ...regarding.metadata, uid: 'uid-2' } };
    expect(new Set([nameOf(regarding), nameOf(regarding, 'Deleted'), nameOf(other)]).size).toBe(3);
  });

  it.each([
    ['a short name', 'a', /^a\.[0-9a-f]{16}$/],
    ['a name cut at 230 characters', 'a'.repeat(253), /^a{230}\.[0-9a-f]{16}$/],
    ['a name cut after dots and hyphens', `${'a'.repeat(227)}.--b`, /^a{227}\.[0-9a-f]{16}$/],
  ])('has a valid name for %s', (_case, name, expected) => {
    expect(nameOf(named(name))).toMatch(expected);
  });

  it.each([
    ['a note of exactly 1,024 bytes', 'x'.repeat(1_024), 'x'.repeat(1_024)],
    ['a longer note', 'x'.repeat(1_025), `${'x'.repeat(1_021)}…`],
    ['a note of two-byte characters', 'ü'.repeat(600), `${'ü'.repeat(510)}…`],
    ['a note of four-byte characters', '😀'.repeat(300), `${'😀'.repeat(255)}…`],
  ])('cuts %s between characters', (_case, note, expected) => {
    expect(noteOf(note)).toBe(expected);
    expect(Buffer.byteLength(noteOf(note))).toBeLessThanOrEqual(1_024);
  });

  it('truncates the name of the process to 128 characters', () => {
    const event = eventFor(regarding, happening, { ...reporter, instance: 'x'.repeat(200) });
    expect(event.reportingInstance).toBe('x'.repeat(128));
  });
});
