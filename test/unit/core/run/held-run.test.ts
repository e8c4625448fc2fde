import { describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { holdMessage, isRestored } from '../../../../core/run/held-run.ts';
import { echoRun } from '../objects.ts';

const REQUESTED = { 'hematoscope.app/requested-by': 'anna' };
const VELERO = { 'velero.io/restore-name': 'monday' };
const HOLD = { 'hematoscope.app/restored': 'Hold' };
const RUN = { 'hematoscope.app/restored': 'Run' };

describe('a new JobRun', () => {
  it.each<[string, object, boolean]>([
    ['is new if nothing shows that it was stored before', {}, false],
    ['is new with annotations and labels of its own', { annotations: { note: 'a' }, labels: { team: 'b' } }, false],
    ['was stored before if it has a requester', { annotations: REQUESTED }, true],
    ['was stored before if it was run again after an earlier restore', { annotations: { ...REQUESTED, ...RUN } }, true],
    ['was stored before if Velero restored it', { labels: VELERO }, true],
    ['is requested on purpose if its manifest says so', { labels: VELERO, annotations: RUN }, false],
  ])('%s', (_sentence, metadata, expected) => {
    expect(isRestored(echoRun({}, metadata))).toBe(expected);
  });
});

describe('a stored JobRun', () => {
  it.each<[string, object, boolean]>([
    ['is not held if nothing shows that it was restored', { annotations: REQUESTED }, false],
    ['is held if admission has marked it', { annotations: HOLD }, true],
    ['is held by any other value', { annotations: { 'hematoscope.app/restored': 'run' } }, true],
    ['is held if Velero restored it while no webhook answered', { labels: VELERO }, true],
    ['is not held after a user requested it', { annotations: RUN, labels: VELERO }, false],
  ])('%s', (_sentence, metadata, held) => {
    expect(holdMessage(echoRun({}, metadata)) !== undefined).toBe(held);
  });

  it('that is held has a message that shows how to run it', () => {
    expect(holdMessage(echoRun({}, { annotations: HOLD }))).toBe(
      'the JobRun was restored from a backup or copied, and may have run before; to run it again: kubectl annotate jobrun echo-hello -n team --overwrite hematoscope.app/restored=Run',
    );
  });
});

it('null labels and annotations are absent', () => {
  const run = { metadata: { name: 'a', annotations: null, labels: null } } as unknown as JobRun;
  expect(isRestored(run)).toBe(false);
  expect(holdMessage(run)).toBeUndefined();
});
