import { setTimeout as sleep } from 'node:timers/promises';
import { namesOf } from './burst.ts';
import { round } from './latency.ts';
import type { Process } from './process.ts';
import type { Figure, Report } from './report.ts';
import { startSystem, type System } from './system.ts';
import { direct, throughExtension, type Course, type Workload } from './workload.ts';

const CREATORS = 32;
/** The rate at a number of runs is measured over this many last runs. */
const WINDOW = 1000;
const MIB = 1024 * 1024;

/**
 * Fills a cluster with finished runs and measures what they cost: the rate of further runs, memory, and the size of
 * etcd. Their Jobs stay. The bench writes the final status of the Jobs; the limit is the same with one client, without
 * any syncer.
 *
 * @param sizes ascending; the rate is reported at each
 */
export async function measureGrowth(sizes: readonly number[]): Promise<Report[]> {
  const limit = await withSystem(async (system) => {
    await system.stopSyncer();
    return fill(system, sizes, (workload) => direct(system, workload));
  });
  return withSystem(async (system) => {
    const empty = await resident(system);
    const emptyEtcd = await etcdKib(system);
    const measured = await fill(system, sizes, (workload) => throughExtension(system, workload));
    const full = await resident(system);
    const size = sizes.at(-1) ?? 0;
    const kibARun = round(((await etcdKib(system)) - emptyEtcd) / size);
    return [
      costAgainstSize(measured, limit),
      memory(empty, full, size),
      { scenario: 'etcd', figures: [{ name: 'a finished run and its Job', value: kibARun, unit: 'KiB' }] },
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
): Promise<Points> {
  const namespace = 'growth';
  await system.createNamespace(namespace);
  const points: Points = [];
  const all = namesOf('run', sizes.at(-1) ?? 0);
  let have = 0;
  for (const size of sizes) {
    // The runs before the window. The window begins with idle clients, like every other.
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

/** The size of the stored data, without its history. */
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
  // The kernel gets freed memory back only after a while.
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
