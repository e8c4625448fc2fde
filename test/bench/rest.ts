import { fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { countByKind, isUnpagedList, isWrite } from '../../local-kubernetes/control-plane/audit-log.ts';
import { imageFlags } from '../integration/image-flags.ts';
import { namesOf } from './burst.ts';
import { round } from './latency.ts';
import { cpuShare, type Process } from './process.ts';
import type { Figure, Report } from './report.ts';
import { startSystem, userOf, type System } from './system.ts';
import { usageOf } from './usage.ts';
import { throughExtension } from './workload.ts';

const CREATORS = 32;

export interface RestOptions {
  /** The number of finished runs in the cluster. */
  runs: number;
  /** How long CPU and requests are measured. */
  seconds: number;
}

/** What the processes do while nothing happens, and what a start costs, with this many finished runs and their Jobs. */
export async function measureRest({ runs, seconds }: RestOptions): Promise<Report[]> {
  const system = await startSystem({ controllerManager: false });
  try {
    const namespace = 'rest';
    await system.createNamespace(namespace);
    await throughExtension(system, { namespace, names: namesOf('run', runs), ending: 'completed', creators: CREATORS });
    return [await atRest(system, runs, seconds), await startUp(system, runs)];
  } finally {
    await system.stop();
  }
}

async function atRest(system: System, size: number, seconds: number): Promise<Report> {
  const { audit, webhook } = system;
  const syncer = system.syncer!;
  const caller = startCaller(system.controlPlane.server);
  // Events may still be sent.
  await quiet(system);
  const mark = await audit.mark();
  const shares = await Promise.all([syncer, webhook, caller].map((watched) => cpuShare(watched, seconds)));
  caller.stop();
  const [syncerShare = NaN, webhookShare = NaN, callerShare = NaN] = shares;
  const events = await audit.since(mark);
  const perMinute = (user: string) =>
    round((events.filter((event) => event.user.username === userOf(user)).length * 60) / seconds);
  return {
    scenario: `at rest, ${size} finished runs`,
    figures: [
      { name: 'CPU of the syncer', value: round(syncerShare * 100), unit: '% of a core', atMost: 1 },
      { name: 'CPU of the webhook', value: round(webhookShare * 100), unit: '% of a core', atMost: 1 },
      {
        name: 'CPU of a Node that only sends a request each two seconds',
        value: round(callerShare * 100),
        unit: '% of a core',
      },
      // Renewing the lease every two seconds makes 30.
      { name: 'requests of the syncer', value: perMinute('syncer'), unit: 'requests/min' },
      { name: 'requests of the webhook', value: perMinute('webhook'), unit: 'requests/min' },
      ...(await Promise.all(
        [syncer, webhook].map(async (watched): Promise<Figure> => ({
          name: `connections of the ${watched.name}`,
          value: await watched.connectionsTo(system.apiServerPort),
          unit: 'connections',
          atMost: 10,
        })),
      )),
    ],
  };
}

/**
 * The minimal work of a leader: one request on a kept-alive connection every two seconds. After such a pause, a machine
 * can need a hundred times the CPU for the same work.
 */
function startCaller(server: string): Pick<Process, 'usage'> & { stop: () => void } {
  const child = fork(join(import.meta.dirname, 'idle-caller.ts'), [`${server}/readyz`], { execArgv: imageFlags() });
  return { usage: () => usageOf(child.pid ?? 0), stop: () => child.kill() };
}

/** Waits until the syncer has written nothing but its lease for three seconds. */
async function quiet({ audit }: System): Promise<void> {
  for (;;) {
    const mark = await audit.mark();
    await sleep(3000);
    const writes = (await audit.since(mark)).filter(
      (event) => event.user.username === userOf('syncer') && isWrite(event) && event.objectRef?.resource !== 'leases',
    );
    if (writes.length === 0) return;
  }
}

async function startUp(system: System, size: number): Promise<Report> {
  await system.stopSyncer();
  const mark = await system.audit.mark();
  const began = performance.now();
  const syncer = await system.startSyncer();
  await syncer.ready();
  const seconds = (performance.now() - began) / 1000;
  await quiet(system);
  const events = (await system.audit.since(mark)).filter(({ user }) => user.username === userOf('syncer'));
  const writes = events.filter((event) => isWrite(event) && event.objectRef?.resource !== 'leases');
  console.error(`  requests of the syncer at its start: ${JSON.stringify(countByKind(events))}`);
  return {
    scenario: `start with ${size} finished runs`,
    figures: [
      { name: 'until ready', value: round(seconds), unit: 's', atMost: 10 },
      { name: 'writes for finished runs', value: writes.length, unit: 'writes', atMost: 0 },
      { name: 'lists that are not paged', value: events.filter(isUnpagedList).length, unit: 'lists', atMost: 0 },
    ],
  };
}
