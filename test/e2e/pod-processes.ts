import { readdirSync, readFileSync } from 'node:fs';

/** The process of a Pod that runs a script below `folder`, for example `dist/webhook/`, if there is one. */
export function findProcess(podUid: string, folder: string): number | undefined {
  const pid = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .find((name) => {
      try {
        const cgroup = readFileSync(`/proc/${name}/cgroup`, 'utf8').replaceAll('_', '-');
        return cgroup.includes(podUid) && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(folder);
      } catch {
        // It exited meanwhile.
        return false;
      }
    });
  return pid === undefined ? undefined : Number(pid);
}

/** @throws Error if there is no such process */
export function processOf(podUid: string, folder: string): number {
  const pid = findProcess(podUid, folder);
  if (pid === undefined) throw new Error(`no process of Pod ${podUid} runs ${folder}`);
  return pid;
}
