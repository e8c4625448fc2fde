import { describe, expect, it } from 'vitest';
import { RunRecords } from '../../../../syncer/run/run-records.ts';
import { echoRun } from '../../core/objects.ts';

const TEMPLATE = { kind: 'JobTemplate', namespace: 'team', name: 'echo' } as const;
const created = { template: undefined, atMs: 1 };

describe('the record of a run', () => {
  it('is empty at first', () => {
    expect(new RunRecords().get(echoRun())).toEqual({});
  });

  it('keeps its other fields when one changes', () => {
    const records = new RunRecords();
    const run = echoRun();
    records.update(run, { created, appliedGeneration: 1 });
    records.update(run, { appliedGeneration: 2 });
    expect(records.get(run)).toEqual({ created, appliedGeneration: 2 });
  });

  it('is removed with its last field', () => {
    const records = new RunRecords();
    const run = echoRun();
    records.update(run, { created, changePendingSinceMs: 5 });
    records.update(run, { created: undefined });
    expect(records.get(run)).toEqual({ changePendingSinceMs: 5 });
    records.update(run, { changePendingSinceMs: undefined });
    expect(records.get(run)).toEqual({});
    expect(records.size).toBe(0);
  });

  it('does not belong to another run with the same name', () => {
    const records = new RunRecords();
    records.update(echoRun(), { created });
    expect(records.get(echoRun({}, { uid: 'recreated' }))).toEqual({});
  });

  it('is the same for every version of the run', () => {
    const records = new RunRecords();
    records.update(echoRun({}, { resourceVersion: '1' }), { created });
    expect(records.get(echoRun({}, { resourceVersion: '2' }))).toEqual({ created });
  });

  it('is forgotten with the run', () => {
    const records = new RunRecords();
    records.update(echoRun(), { created });
    records.forget(echoRun());
    expect(records.size).toBe(0);
  });
});

describe('the runs that wait for a template', () => {
  it('are returned once', () => {
    const records = new RunRecords();
    records.waitForTemplate(echoRun());
    records.waitForTemplate(echoRun());
    expect(Array.from(records.takeWaiting(TEMPLATE))).toEqual(['team/echo-hello']);
    expect(Array.from(records.takeWaiting(TEMPLATE))).toEqual([]);
  });

  it('do not include forgotten runs', () => {
    const records = new RunRecords();
    const other = echoRun({}, { name: 'other', uid: 'other' });
    for (const run of [echoRun(), other]) records.waitForTemplate(run);
    records.forget(other);
    expect(Array.from(records.takeWaiting(TEMPLATE))).toEqual(['team/echo-hello']);
  });

  it('do not include runs of other templates', () => {
    const records = new RunRecords();
    records.waitForTemplate(echoRun({ templateRef: 'other' }, {}));
    records.waitForTemplate(echoRun({ templateKind: 'ClusterJobTemplate' }, {}));
    expect(Array.from(records.takeWaiting(TEMPLATE))).toEqual([]);
  });
});
