import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { AuditEvent } from '../../local-kubernetes/control-plane/audit-log.ts';
import { Arena, namesOf, sized, SYNCERS } from './arena.ts';
import { listAll } from './checker.ts';

const LIMIT = 20;

let arena: Arena;

beforeAll(async () => {
  arena = await Arena.start();
});
afterEach(async ({ task }) => {
  await arena.endSyncers();
  const output = arena.takeOutput();
  if (task.result?.state === 'fail') console.error(output);
});
afterAll(async () => {
  await arena.stop();
});

interface Finished {
  name: string;
  at: string;
}

/** When each run finished and was deleted, in the order in which the API server stored it. */
function history(events: readonly AuditEvent[], namespace: string): (Finished | { deleted: string })[] {
  return events
    .filter(({ objectRef }) => objectRef?.resource === 'jobruns' && objectRef.namespace === namespace)
    .filter(({ responseStatus }) => (responseStatus?.code ?? 500) < 300)
    .sort((a, b) => (a.stageTimestamp < b.stageTimestamp ? -1 : 1))
    .flatMap(({ verb, objectRef, responseObject }): (Finished | { deleted: string })[] => {
      const name = objectRef?.name ?? '';
      if (verb === 'delete') return [{ deleted: name }];
      if (verb !== 'patch') return [];
      const { status } = responseObject as JobRun;
      const finished = status?.conditions?.find(({ type, status: value }) => type === 'Finished' && value === 'True');
      return finished ? [{ name, at: finished.lastTransitionTime ?? '' }] : [];
    });
}

const isNewer = (a: Finished, b: Finished) => a.at > b.at || (a.at === b.at && a.name > b.name);

/** Runs that were deleted although they were among the newest that had finished at that moment. */
function deletedTooEarly(events: readonly AuditEvent[], namespace: string): string[] {
  const finished = new Map<string, Finished>();
  return history(events, namespace).flatMap((step) => {
    if ('name' in step) {
      finished.set(step.name, step);
      return [];
    }
    const run = finished.get(step.deleted);
    const newer = Array.from(finished.values()).filter((other) => run && isNewer(other, run)).length;
    finished.delete(step.deleted);
    return newer >= LIMIT ? [] : [`${step.deleted}: ${run ? `${newer} newer runs` : 'not finished'}`];
  });
}

it(
  'no run is removed that the limit retains, when the leader is killed while runs finish and are removed',
  async () => {
    const count = sized(2_000, 200);
    const removalsOfTerm = sized(300, 40);
    const namespace = await arena.begin();
    const runs = { retention: { successfulRunsHistoryLimit: LIMIT } };
    await arena.client.patch(JOB_TEMPLATES, { namespace, name: 'echo' }, { runs });
    for (const name of SYNCERS) arena.syncer(name);
    const removed = async () => (await arena.removedRuns(namespace)).length;
    const creating = arena.createRuns(namespace, namesOf(count), { perSecond: 30 });
    let kills = 0;
    for (let goal = removalsOfTerm; goal < count - LIMIT; goal += removalsOfTerm) {
      await arena.until(`${goal} removals`, async () => (await removed()) >= goal);
      const [leader, holder] = [await arena.untilLed(), await arena.holder()];
      await arena.kill(leader);
      arena.syncer(leader);
      kills += 1;
      await arena.untilTakenFrom(holder);
    }
    await creating;
    await arena.untilAllFinished(namespace);
    await arena.until('the last removal', async () => (await removed()) >= count - LIMIT);
    expect(kills).toBeGreaterThanOrEqual(3);
    expect(await listAll(arena.client, JOB_RUNS, namespace)).toHaveLength(LIMIT);
    expect(deletedTooEarly(await arena.events(), namespace)).toEqual([]);
    const { createdAgain, changedNothing, withoutLease, unpaged } = await arena.verdict(namespace);
    expect({ createdAgain, changedNothing, withoutLease, unpaged }).toEqual({
      createdAgain: [],
      changedNothing: [],
      withoutLease: [],
      unpaged: [],
    });
  },
  sized(1_200_000, 300_000),
);
