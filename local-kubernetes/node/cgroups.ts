import { access, mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { endProcesses } from '../processes/detached-programs.ts';

const root = '/sys/fs/cgroup';

/** Creates a cgroup of this name in every hierarchy of the machine (one with cgroup v2, several with v1). */
export async function ensureCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) await mkdir(join(hierarchy, name), { recursive: true });
}

/** Removes the cgroups of this name, and kills all processes in them, such as those of Pods. */
export async function removeCgroup(name: string): Promise<void> {
  for (const hierarchy of await hierarchies()) {
    const top = join(hierarchy, name);
    for (let attempt = 0; await exists(top); attempt++) {
      const folders = await cgroupsBelow(top);
      const pids = (await Promise.all(folders.map(processesOf))).flat();
      await endProcesses(pids);
      const failed = await removeAll(folders);
      if (failed !== undefined && attempt > 100) throw failed;
      if (failed !== undefined) await sleep(50); // a cgroup stays busy for a moment after its last process exited
    }
  }
}

async function hierarchies(): Promise<string[]> {
  if (await exists(join(root, 'cgroup.procs'))) return [root];
  const found: string[] = [];
  for (const entry of await readdir(root))
    if (await exists(join(root, entry, 'cgroup.procs'))) found.push(join(root, entry));
  return found;
}

/** Deepest first. */
async function cgroupsBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const below: string[] = [];
  for (const entry of entries) if (entry.isDirectory()) below.push(...(await cgroupsBelow(join(folder, entry.name))));
  return [...below, folder];
}

async function processesOf(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

/** Returns the first error instead of throwing it: the caller retries a busy cgroup. */
async function removeAll(folders: string[]): Promise<Error | undefined> {
  for (const folder of folders) {
    try {
      await rmdir(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return error as Error;
    }
  }
  return undefined;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
