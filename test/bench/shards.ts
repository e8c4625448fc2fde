import { isInShard } from '../../syncer/shard.ts';
import { starve } from '../../local-kubernetes/processes/starve.ts';
import { namesOf } from './burst.ts';
import { round } from './latency.ts';
import type { Process } from './process.ts';
import type { Report } from './report.ts';
import { startSystem, type System } from './system.ts';
import { throughExtension } from './workload.ts';

const CREATORS = 32;
/** Share of a core. With it, the syncer is slower than the API server. */
const SHARE = 0.1;

/**
 * The gain of a second shard: if the API server is the limit, as on a shared machine, and if the syncer is, because it
 * gets a small share of a core. Each of two shards has a namespace with half of the runs.
 */
export async function measureShards(runs: number): Promise<Report> {
  const system = await startSystem({ controllerManager: true });
  try {
    await system.stopSyncer();
    // The first round is the warm-up and does not count.
    await measure(system, { shards: 1, runs: 200, share: 1 });
    const rate = (shards: number, share: number) => measure(system, { shards, runs, share });
    const [one, two] = [await rate(1, 1), await rate(2, 1)];
    const [oneStarved, twoStarved] = [await rate(1, SHARE), await rate(2, SHARE)];
    return {
      scenario: 'shards',
      figures: [
        { name: 'two shards beside one', value: two, unit: 'runs/s', limit: one },
        {
          name: `the same, each with ${SHARE * 100} % of a core`,
          value: twoStarved,
          unit: 'runs/s',
          limit: oneStarved,
          atLeast: 1.1,
        },
      ],
    };
  } finally {
    await system.stop();
  }
}

let rounds = 0;

/** @returns runs a second, until all have their status */
async function measure(
  system: System,
  { shards, runs, share }: { shards: number; runs: number; share: number },
): Promise<number> {
  rounds += 1;
  const namespaces = [0, 1].map((index) => namespaceOf(index, `round-${rounds}`));
  for (const namespace of namespaces) await system.createNamespace(namespace);
  const syncers: Process[] = [];
  for (let shard = 0; shard < shards; shard += 1) {
    const syncer = await system.startSyncer({ SHARDS: String(shards), SHARD: String(shard) });
    await syncer.ready();
    syncers.push(syncer);
  }
  const feeds = share < 1 ? syncers.map((syncer) => starve(syncer, share)) : [];
  const courses = await Promise.all(
    namespaces.map((namespace) =>
      throughExtension(system, {
        namespace,
        names: namesOf('run', runs / 2),
        ending: 'suspended',
        creators: CREATORS / 2,
      }),
    ),
  );
  await Promise.all(feeds.map((feed) => feed()));
  await Promise.all(syncers.map((syncer) => syncer.stop()));
  const began = Math.min(...courses.map((course) => course.began));
  const ended = Math.max(...courses.map((course) => course.ended));
  const rate = round((runs * 1000) / (ended - began));
  console.error(`  ${shards} with ${share * 100} % of a core: ${rate} runs/s`);
  return rate;
}

/** A namespace of the given one of two shards. */
function namespaceOf(index: number, prefix: string): string {
  for (let i = 0; ; i += 1) {
    const name = `${prefix}-${i}`;
    if (isInShard(name, { index, count: 2 })) return name;
  }
}
