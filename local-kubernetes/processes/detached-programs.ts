import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readdir, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Programs that outlive the command that started them. They are found by two environment variables, which contain the
 * cluster's folder and the program's name. A record of process ids could be wrong after a crash.
 */
const clusterMark = 'JOB_TEMPLATE_RUN_CLUSTER';
const nameMark = 'JOB_TEMPLATE_RUN_PROGRAM';

export interface DetachedProgram {
  /** Folder of the cluster it belongs to. */
  cluster: string;
  name: string;
  command: readonly string[];
  /** stdout and stderr are appended to it. */
  logFile: string;
}

export interface MarkedProcess {
  pid: number;
  /** The program that was started. */
  name: string;
  /** Whether this is the program itself, and not a process that it started. */
  main: boolean;
}

/** Starts a program in its own session. Does not wait until it is ready. */
export async function startDetached({ cluster, name, command, logFile }: DetachedProgram): Promise<void> {
  const [program = '', ...programArguments] = command;
  const log = await open(logFile, 'a');
  try {
    const child = spawn(program, programArguments, {
      cwd: '/',
      detached: true,
      stdio: ['ignore', log.fd, log.fd],
      env: { ...process.env, [clusterMark]: cluster, [nameMark]: name },
    });
    await once(child, 'spawn');
    child.unref();
  } finally {
    await log.close();
  }
}

/** The running processes of a cluster, including those that its programs started: they inherit the variables. */
export async function findProcesses(cluster: string): Promise<MarkedProcess[]> {
  const found: MarkedProcess[] = [];
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const marks = parseEnvironment(await readOrEmpty(`/proc/${entry}/environ`));
    const name = marks.get(nameMark);
    if (marks.get(clusterMark) !== cluster || name === undefined) continue;
    const stat = parseStat(await readOrEmpty(`/proc/${entry}/stat`));
    if (stat !== undefined && !stat.ended)
      found.push({ pid: Number(entry), name, main: stat.session === Number(entry) });
  }
  return found;
}

/** Kills processes and waits until they exit. With `graceMilliseconds`, sends SIGTERM first and waits that long. */
export async function endProcesses(pids: readonly number[], graceMilliseconds = 0): Promise<void> {
  if (graceMilliseconds > 0) {
    for (const pid of pids) signal(pid, 'SIGTERM');
    await waitForExit(pids, graceMilliseconds);
  }
  for (const pid of pids) signal(pid, 'SIGKILL');
  if (!(await waitForExit(pids, 10_000))) throw new Error(`processes do not exit: ${pids.filter(isAlive).join(', ')}`);
}

async function waitForExit(pids: readonly number[], timeoutMilliseconds: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMilliseconds;
  while (Date.now() < deadline) {
    if (!(await anyAlive(pids))) return true;
    await sleep(20);
  }
  return !(await anyAlive(pids));
}

async function anyAlive(pids: readonly number[]): Promise<boolean> {
  for (const pid of pids) {
    const stat = parseStat(await readOrEmpty(`/proc/${pid}/stat`));
    if (stat !== undefined && !stat.ended) return true;
  }
  return false;
}

/**
 * The state of a process, from /proc/PID/stat. The program's name in that line may contain spaces and parentheses. A
 * zombie counts as ended: its parent has not read its exit code yet.
 */
export function parseStat(line: string): { ended: boolean; session: number } | undefined {
  const [state, , , session] = line
    .slice(line.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  if (state === undefined || session === undefined) return undefined;
  return { ended: state === 'Z' || state === 'X', session: Number(session) };
}

function isAlive(pid: number): boolean {
  return signal(pid, 0);
}

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

/** Parses `A=1\0B=2\0`. If a name occurs twice, its last value counts. */
export function parseEnvironment(text: string): Map<string, string> {
  const pairs = text.split('\0').filter((entry) => entry.includes('='));
  return new Map(pairs.map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]));
}

/** Empty if the process has exited, or belongs to another user. */
async function readOrEmpty(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
