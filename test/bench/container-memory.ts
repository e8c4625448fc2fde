import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { memoryPlan } from '../../supervisor/memory.ts';

const MIB = 2 ** 20;

type Name = 'webhook' | 'syncer';

/** The memory limits of the chart's containers, in MiB. */
export async function memoryLimits(): Promise<Record<Name, number>> {
  const file = join(repositoryDirectory, 'charts', 'job-template-run', 'values.yaml');
  const values = parse(await readFile(file, 'utf8')) as Record<Name, { resources: { limits: { memory: string } } }>;
  const limitOf = (name: Name) => {
    const mib = /^(\d+)Mi$/.exec(values[name].resources.limits.memory)?.[1];
    if (mib === undefined) throw new Error(`the memory limit of the ${name} is not in Mi`);
    return Number(mib);
  };
  return { webhook: limitOf('webhook'), syncer: limitOf('syncer') };
}

/** Variables that give each process the JavaScript heap that it has in a container with this limit. */
export function heapEnvironment(limits: Record<Name, number>): Record<Name, Record<string, string>> {
  const heap = (mib: number) => ({ NODE_OPTIONS: `--max-old-space-size=${mib}` });
  return {
    // Node.js uses half of the limit.
    webhook: heap(Math.floor(limits.webhook / 2)),
    syncer: heap(memoryPlan(limits.syncer * MIB)?.heapMib ?? limits.syncer),
  };
}
