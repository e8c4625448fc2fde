import { readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';

/** The memory and CPU time of a process, as the kernel reports them. */
export interface Usage {
  rssBytes: number;
  /** The most memory that it has had. */
  peakRssBytes: number;
  /** In user and kernel mode together, since the process started. */
  cpuSeconds: number;
}

/** USER_HZ, the same on every Linux that Node runs on. */
export const TICKS_A_SECOND = 100;

export async function usageOf(pid: number): Promise<Usage> {
  const [status, stat] = await Promise.all(['status', 'stat'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8')));
  const rss = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
  // After the name in parentheses, which may contain anything: utime and stime are the 12th and 13th fields.
  const fields = (stat ?? '').slice((stat ?? '').lastIndexOf(')') + 2).split(' ');
  return {
    rssBytes: Number(rss) * 1024,
    peakRssBytes: Number(peak) * 1024,
    cpuSeconds: (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND,
  };
}

/** How many open connections a process has, to one port or (without one) to any. */
export async function connectionsOf(pid: number, port?: number): Promise<number> {
  const folder = `/proc/${pid}/fd`;
  const links = await Promise.all(
    (await readdir(folder)).map((fd) => readlink(join(folder, fd)).catch(() => '' /* closed meanwhile */)),
  );
  const own = new Set(links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []));
  const end = port === undefined ? '' : `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const tables = await Promise.all(['tcp', 'tcp6'].map((file) => readFile(`/proc/${pid}/net/${file}`, 'utf8')));
  return tables
    .flatMap((table) => table.split('\n'))
    .map((line) => line.trim().split(/\s+/))
    .filter(([, , remote = '', state, , , , , , inode = '']) => {
      return remote.endsWith(end) && state === '01' && own.has(inode);
    }).length;
}
