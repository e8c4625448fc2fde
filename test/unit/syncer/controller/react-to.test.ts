import { describe, expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { jobNameOfRun } from '../../../../core/job/ownership.ts';
import { reactTo, type Reactors } from '../../../../syncer/controller/react-to.ts';
import { RunRecords } from '../../../../syncer/run/run-records.ts';
import { echoRun } from '../../core/objects.ts';

const RUN = echoRun();
const OWNER = { apiVersion: 'hematoscope.app/v1', kind: 'JobRun', name: 'echo-hello', uid: RUN.metadata.uid! };
const jobOf = (uid: string): Job => ({
  metadata: { name: jobNameOfRun(RUN), namespace: 'team', uid, ownerReferences: [{ ...OWNER, controller: true }] },
});

describe('the deletion of a Job', () => {
  const afterDeletionOf = (uid: string, records = new RunRecords(), run = RUN) => {
    reactTo({ records } as Reactors, { kind: 'rememberDeletedJob', run, job: jobOf(uid), deletion: 'missed' });
    return records.get(run);
  };

  it('is remembered, and that nobody saw it', () => {
    expect(afterDeletionOf('its-job')).toEqual({ deletedJob: jobOf('its-job'), deletedUnseen: true });
  });

  it('does not replace what is known of the Job of the run if another Job had taken its name', () => {
    const records = new RunRecords();
    const created = { template: undefined, uid: 'its-job', atMs: 1 };
    records.update(RUN, { created, deletedJob: jobOf('its-job') });
    expect(afterDeletionOf('made-by-hand', records)).toEqual({ created, deletedJob: jobOf('its-job') });
  });

  it('is not remembered if the status has the uid of another Job', () => {
    expect(afterDeletionOf('made-by-hand', new RunRecords(), { ...RUN, status: { jobUid: 'its-job' } })).toEqual({});
  });
});
