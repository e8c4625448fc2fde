import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { countByKind, isUnpagedList, isWrite } from '../cluster/audit-log.ts';
import { namesOf } from './burst.ts';
import { round } from './latency.ts';
import { cpuShare, type Process } from './process.ts';
import type { Figure, Report } from './report.ts';
import { startSystem, userOf, type System } from './system.ts';
import { usageOf } from './usage.ts';
import { direct, throughExtension, type Course, type Workload } from './workload.ts';

const CREATORS = 32;
/** The rate at a number of runs is that of the last so many. */
const WINDOW = 1000;
const MIB = 1024 * 1024;

export interface GrowthOptions {
  /** Ascending; the rate is told at each. */
  sizes: readonly number[];
  /** At how many runs the system rests and the syncer is started anew; one of the sizes. */
  restAt: number;
  restSeconds: number;
}

/**
 * Fills a cluster with finished runs and looks at what they cost: the rate of further runs, memory, what is done at rest,
 * and a start with all of them there. Their Jobs stay. The bench gives the Jobs their final status; the limit is the same
 * by one client, without any syncer.
 */
export async function measureGrowth(options: GrowthOptions): Promise<Report[]> {
  const limit = await withSystem(async (system) => {
    await system.stopSyncer();
    return fill(system, options.sizes, (workload) => direct(system, workload));
  });
  return withSystem(async (system) => {
    const empty = await resident(system);
    const emptyEtcd = await etcdKib(system);
    const rest: Report[] = [];
    const measured = await fill(
      system,
      options.sizes,
      (workload) => throughExtension(system, workload),
      async (size) => {
        if (size !== options.restAt) return;
        rest.push(await atRest(system, size, options.restSeconds), await startUp(system, size));
      },
    );
    const full = await resident(system);
    const size = options.sizes.at(-1) ?? 0;
    const kibARun = round(((await etcdKib(system)) - emptyEtcd) / size);
    return [
      costAgainstSize(measured, limit),
      memory(empty, full, size),
      { scenario: 'etcd', figures: [{ name: 'a finished run and its Job', value: kibARun, unit: 'KiB' }] },
      ...rest,
    ];
  });
}

async function withSystem<T>(measure: (system: System) => Promise<T>): Promise<T> {
  const system = await startSystem({ controllerManager: false });
  try {
    return await measure(system);
  } finally {
    await system.stop();
  }
}

type Points = [size: number, runsPerSecond: number][];

async function fill(
  system: System,
  sizes: readonly number[],
  create: (workload: Workload) => Promise<Course>,
  onSize: (size: number) => Promise<void> = () => Promise.resolve(),
): Promise<Points> {
  const namespace = 'growth';
  await system.createNamespace(namespace);
  const points: Points = [];
  const all = namesOf('run', sizes.at(-1) ?? 0);
  let have = 0;
  for (const size of sizes) {
    // What comes before the window fills up; the window begins with idle creators, like every other.
    for (const [from, to] of [
      [have, size - WINDOW],
      [Math.max(have, size - WINDOW), size],
    ] as const) {
      if (to <= from) continue;
      const course = await create({ namespace, names: all.slice(from, to), ending: 'completed', creators: CREATORS });
      if (to === size) points.push([size, round(((to - from) * 1000) / (course.ended - course.began))]);
    }
    have = size;
    console.error(`  ${size} runs: ${points.at(-1)?.[1] ?? 0} runs/s`);
    await onSize(size);
  }
  return points;
}

function costAgainstSize(measured: Points, limit: Points): Report {
  const limitAt = new Map(limit);
  const at = (size: number) => measured.find(([known]) => known === size)?.[1];
  const figures: Figure[] = measured.map(([size, value]) => ({
    name: `rate at ${size} runs`,
    value,
    unit: 'runs/s',
    ...(limitAt.has(size) && { limit: limitAt.get(size)! }),
  }));
  const [small, large] = [at(2000), at(20_000)];
  if (small !== undefined && large !== undefined) {
    figures.push({ name: 'rate at 20000, of that at 2000', value: large, unit: 'runs/s', limit: small, atLeast: 0.85 });
  }
  return { scenario: 'cost against number', figures, series: { 'with the extension': measured, limit } };
}

/** Of what is stored now, without its history. */
async function etcdKib({ controlPlane }: System): Promise<number> {
  await controlPlane.compactEtcd();
  return (await controlPlane.etcdBytesInUse()) / 1024;
}

interface Resident {
  syncer: number;
  webhook: number;
}

async function resident({ syncer, webhook }: System): Promise<Resident> {
  const of = async (watched: Process | undefined) => ((await watched?.usage())?.rssBytes ?? NaN) / MIB;
  // Memory that is free already goes back only with time.
  await sleep(10_000);
  return { syncer: round(await of(syncer)), webhook: round(await of(webhook)) };
}

function memory(empty: Resident, full: Resident, size: number): Report {
  const figure = (name: 'syncer' | 'webhook', runs: number, value: number, atMost: number): Figure => ({
    name: `RSS of the ${name}, ${runs} finished runs`,
    value,
    unit: 'MiB',
    atMost,
  });
  return {
    scenario: 'memory',
    figures: [
      figure('syncer', 0, empty.syncer, 120),
      figure('webhook', 0, empty.webhook, 120),
      figure('syncer', size, full.syncer, 250),
      figure('webhook', size, full.webhook, 250),
    ],
  };
}

async function atRest(system: System, size: number, seconds: number): Promise<Report> {
  const { audit, webhook } = system;
  const syncer = system.syncer!;
  const idle = startIdle();
  // Events may still be told.
  await quiet(system);
  const mark = await audit.mark();
  const shares = await Promise.all([syncer, webhook, idle].map((watched) => cpuShare(watched, seconds)));
  idle.stop();
  const [syncerShare = NaN, webhookShare = NaN, idleShare = NaN] = shares;
  const events = await audit.since(mark);
  const perMinute = (user: string) =>
    round((events.filter((event) => event.user.username === userOf(user)).length * 60) / seconds);
  return {
    scenario: `at rest, ${size} finished runs`,
    figures: [
      { name: 'CPU of the syncer', value: round(syncerShare * 100), unit: '% of a core', atMost: 1 },
      { name: 'CPU of the webhook', value: round(webhookShare * 100), unit: '% of a core', atMost: 1 },
      { name: 'CPU of a Node that only wakes, each second', value: round(idleShare * 100), unit: '% of a core' },
      // Renewing the lease each two seconds is 30.
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

/** What the machine takes for waking alone: on some it is more than for the work of an idle process. */
function startIdle(): Pick<Process, 'usage'> & { stop: () => void } {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
  return { usage: () => usageOf(child.pid ?? 0), stop: () => child.kill() };
}

/** Waits until the syncer writes nothing but its lease for three seconds. */
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
