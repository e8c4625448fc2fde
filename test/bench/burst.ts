import { countByKind, isUnpagedList } from '../../local-kubernetes/control-plane/audit-log.ts';
import { cpuAccount, perRun, type CpuAccount } from './cpu-account.ts';
import { round } from './latency.ts';
import type { Figure, Report } from './report.ts';
import { startSystem, userOf, type System } from './system.ts';
import { direct, throughExtension, type Course, type Ending } from './workload.ts';

const CREATORS = 32;

const durationOf = ({ began, ended }: Course): number => ended - began;

/** Runs a second, from the first create to the last mirrored status. */
export const rateOf = (runs: number, course: Course): number => round((runs * 1000) / durationOf(course));

export const namesOf = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${prefix}-${index}`);

export interface Burst {
  runs: number;
  ending: Ending;
}

/**
 * Many JobRuns at once: how long until each has its Job and its mirrored status. The limit is the same client that
 * creates JobRun and Job and writes the status, without any syncer. In both, the real Job controller writes the status
 * of the Jobs. Half of the runs of the limit come before and half after, so that neither a machine that slows down nor
 * the objects already stored favor one of the two.
 */
export async function measureBurst({ runs, ending }: Burst): Promise<Report> {
  const system = await startSystem({ controllerManager: true, fakeNode: ending === 'succeeded' });
  try {
    // Both start with a warm API server and warm clients.
    await warm(system, ending);
    const place = { ending, creators: CREATORS };
    const half = async (namespace: string): Promise<[Course, CpuAccount]> => {
      await system.stopSyncer();
      await system.createNamespace(namespace);
      return accounted(runs / 2, () => direct(system, { ...place, namespace, names: namesOf('run', runs / 2) }));
    };
    const [before, cpuBefore] = await half('burst-limit-before');
    const syncer = await system.startSyncer();
    await syncer.ready();
    await warm(system, ending, 'warm-again');
    await system.createNamespace('burst');
    const mark = await system.audit.mark();
    const [course, cpu] = await accounted(runs, () =>
      throughExtension(system, { ...place, namespace: 'burst', names: namesOf('run', runs) }),
    );
    const connections = await syncer.connectionsTo(system.apiServerPort);
    const events = (await system.audit.since(mark)).filter(({ user }) => user.username === userOf('syncer'));
    const answered = events.filter(({ responseStatus }) => (responseStatus?.code ?? 0) < 300);
    const counts = countByKind(answered);
    const statusWrites = counts['patch jobruns/status'] ?? 0;
    console.error(`  requests of the syncer: ${JSON.stringify(countByKind(events))}`);
    const [after, cpuAfter] = await half('burst-limit-after');
    const limit = round((runs * 1000) / (durationOf(before) + durationOf(after)));
    console.error(`  the limit before: ${rateOf(runs / 2, before)}, after: ${rateOf(runs / 2, after)} runs/s`);
    return {
      scenario: `burst of ${runs}${ending === 'succeeded' ? ' with Pods' : ''}`,
      figures: [
        {
          name: 'JobRuns with Job and status',
          value: rateOf(runs, course),
          unit: 'runs/s',
          limit,
          ...(ending === 'suspended' && { atLeast: 0.7 }),
        },
        ...(ending === 'suspended' ? [atLeast50(rateOf(runs, course))] : []),
        { name: 'status writes that change nothing', value: statusWrites - course.changes, unit: 'writes', atMost: 0 },
        { name: 'status writes a run', value: round(statusWrites / runs), unit: 'writes' },
        // They wait until each run has its Job, but for four a second.
        { name: 'Events a run', value: round((counts['create events'] ?? 0) / runs), unit: 'writes', atMost: 0.2 },
        { name: 'lists that are not paged', value: events.filter(isUnpagedList).length, unit: 'lists', atMost: 0 },
        { name: 'connections of the syncer', value: connections, unit: 'connections', atMost: 10 },
        ...cpuFigures(cpu, mean(cpuBefore, cpuAfter)),
      ],
    };
  } finally {
    await system.stop();
  }
}

const atLeast50 = (value: number): Figure => ({
  name: 'JobRuns with Job and status, at least',
  value,
  unit: 'runs/s',
  atLeast: 50,
});

/** A course, and the CPU time of each program per run. */
async function accounted(runs: number, run: () => Promise<Course>): Promise<[Course, CpuAccount]> {
  const before = await cpuAccount();
  const course = await run();
  return [course, perRun(before, await cpuAccount(), runs)];
}

const mean = (one: CpuAccount, other: CpuAccount): CpuAccount =>
  Object.fromEntries(Object.entries(one).map(([program, ms]) => [program, (ms + (other[program] ?? 0)) / 2]));

/** The CPU time of each program per run, with and without the extension. */
function cpuFigures(measured: CpuAccount, limit: CpuAccount): Figure[] {
  return Object.entries(measured).map(([program, ms]) => ({
    name: program === 'idle' ? 'CPU left idle, a run' : `CPU of ${program}, a run`,
    value: round(ms),
    unit: 'ms',
    ...(limit[program] !== undefined && { limit: round(limit[program]) }),
  }));
}

async function warm(system: System, ending: Ending, namespace = 'warm'): Promise<void> {
  await system.createNamespace(namespace);
  await throughExtension(system, { namespace, names: namesOf('run', 200), ending, creators: CREATORS });
}
