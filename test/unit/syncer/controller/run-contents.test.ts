import { describe, expect, it } from 'vitest';
import { runOutline } from '../../../../syncer/controller/trimmed-objects.ts';
import { RunContents } from '../../../../syncer/controller/run-contents.ts';
import { echoRun } from '../../core/objects.ts';

const run = (uid: string, resourceVersion = '1', args: string[] = []) => echoRun({ args }, { uid, resourceVersion });

describe('the contents of runs', () => {
  it('are found by the outline of the same version', () => {
    const contents = new RunContents();
    contents.remember(run('a'));
    expect(contents.of(runOutline(run('a')))).toEqual(run('a'));
    expect(contents.of(runOutline(run('a', '2')))).toBeUndefined();
    expect(contents.of(runOutline(run('b')))).toBeUndefined();
  });

  it('have no managed fields', () => {
    const contents = new RunContents();
    const stored = echoRun({}, { managedFields: [{ manager: 'kubectl' }] });
    contents.remember(stored);
    expect(contents.of(stored)?.metadata).not.toHaveProperty('managedFields');
    expect(stored.metadata).toHaveProperty('managedFields');
  });

  it('are bounded in bytes: the least recently used is evicted', () => {
    const contents = new RunContents(2500);
    const large = (uid: string) => run(uid, '1', ['x'.repeat(700)]);
    contents.remember(large('a'));
    contents.remember(large('b'));
    contents.of(large('a'));
    contents.remember(large('c'));
    expect(['a', 'b', 'c'].filter((uid) => contents.of(large(uid)))).toEqual(['a', 'c']);
  });

  it('of one run that exceeds the bound are not stored', () => {
    const contents = new RunContents(500);
    contents.remember(run('a', '1', ['x'.repeat(700)]));
    expect(contents.of(run('a'))).toBeUndefined();
  });

  it('are those of the last version alone', () => {
    const contents = new RunContents(2500);
    for (let version = 1; version < 9; version += 1) contents.remember(run('a', `${version}`, ['x'.repeat(700)]));
    contents.remember(run('b', '1', ['x'.repeat(700)]));
    expect(contents.of(run('a', '8'))).toBeDefined();
    expect(contents.of(run('a', '7'))).toBeUndefined();
    expect(contents.of(run('b'))).toBeDefined();
  });

  it('of a run that finished are forgotten', () => {
    const contents = new RunContents();
    contents.remember(run('a'));
    contents.forget(run('a', '2'));
    expect(contents.of(run('a'))).toBeUndefined();
  });
});
