import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureProgram } from '../programs/programs.ts';

export interface ComponentOptions {
  name: string;
  program: string;
  arguments: readonly string[];
  /** stdout and stderr are appended to it. */
  logFile: string;
}

/** A program that stops with this process: the kernel kills it when this process exits, even if it is killed. */
export class Component {
  readonly #options: ComponentOptions;
  #child: ChildProcess | undefined;

  constructor(options: ComponentOptions) {
    this.#options = options;
  }

  /** Starts the program. Does not wait until it is ready. */
  async start(): Promise<void> {
    const tool = await ensureProgram('cluster-tool');
    const log = await open(this.#options.logFile, 'a');
    const { program, arguments: programArguments } = this.#options;
    try {
      this.#child = spawn(tool, ['with-parent', String(process.pid), program, ...programArguments], {
        stdio: ['ignore', log.fd, log.fd],
      });
      await once(this.#child, 'spawn');
      this.#child.unref(); // this process can exit while the program runs
    } finally {
      await log.close();
    }
  }

  /** Sends SIGTERM, and SIGKILL if the program has not exited after `graceMilliseconds`. */
  async stop(graceMilliseconds = 1_000): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (hasExited(child)) return;
    const exited = once(child, 'exit');
    child.ref();
    child.kill('SIGCONT'); // a paused process does not handle SIGTERM
    child.kill('SIGTERM');
    const expired = new AbortController();
    await Promise.race([exited, sleep(graceMilliseconds, undefined, { signal: expired.signal }).catch(() => {})]);
    expired.abort();
    if (!hasExited(child)) child.kill('SIGKILL');
    await exited;
  }

  /** Pauses the program: connections stay open, and no request is answered. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** An error with the last lines of the log, if the program exited without a call of {@link stop}. */
  async failure(): Promise<Error | undefined> {
    if (this.#child === undefined || !hasExited(this.#child)) return undefined;
    const { exitCode, signalCode } = this.#child;
    const end = await lastLines(this.#options.logFile);
    return new Error(`${this.#options.name} exited with ${exitCode ?? signalCode}; the end of its log:\n${end}`);
  }
}

const hasExited = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** The end of a log file, for an error message. */
export async function lastLines(path: string, count = 15): Promise<string> {
  const text = await readFile(path, 'utf8');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
