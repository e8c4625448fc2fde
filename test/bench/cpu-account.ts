import { readdir, readFile } from 'node:fs/promises';
import { TICKS_A_SECOND, usageOf } from './usage.ts';

/**
 * CPU seconds by program, of this process (`client`) and of all processes that it started; `idle` is the idle time of
 * the machine.
 */
export type CpuAccount = Record<string, number>;

/** The account so far. It leaves out programs that have exited: take both accounts while all of them run. */
export async function cpuAccount(): Promise<CpuAccount> {
  const account: CpuAccount = { idle: await idleSeconds() };
  const add = async (name: string, pid: number) => {
    account[name] = (account[name] ?? 0) + (await usageOf(pid)).cpuSeconds;
  };
  await add('client', process.pid);
  for (const [name, pid] of await children()) await add(name, pid);
  return account;
}

/** The difference of two accounts, in milliseconds for each of `runs`. */
export function perRun(before: CpuAccount, after: CpuAccount, runs: number): CpuAccount {
  return Object.fromEntries(
    Object.entries(after).map(([name, seconds]) => [name, ((seconds - (before[name] ?? 0)) * 1000) / runs]),
  );
}

/** Name and id of each child process. A Node process is named after the folder of its script. */
async function children(): Promise<[string, number][]> {
  const found: [string, number][] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const [stat, commandLine] = await Promise.all(
      ['stat', 'cmdline'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '' /* it exited */)),
    );
    const parent = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[1];
    if (parent === String(process.pid)) found.push([nameOf(commandLine ?? ''), Number(entry)]);
  }
  return found;
}

function nameOf(commandLine: string): string {
  const script = /\/dist\/(\w+)\/main\.js/.exec(commandLine)?.[1];
  return script ?? commandLine.split('\0')[0]?.split('/').at(-1) ?? '';
}

/** Of all cores together. */
async function idleSeconds(): Promise<number> {
  const [first = ''] = (await readFile('/proc/stat', 'utf8')).split('\n');
  const [, , , , idle = '0', waiting = '0'] = first.split(/\s+/);
  return (Number(idle) + Number(waiting)) / TICKS_A_SECOND;
}
