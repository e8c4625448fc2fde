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

/** A program that runs as long as this process: the kernel kills it when this process ends, however that comes. */
export class Component {
  readonly #options: ComponentOptions;
  #child: ChildProcess | undefined;

  constructor(options: ComponentOptions) {
    this.#options = options;
  }

  /** Starts it; says nothing about readiness. */
  async start(): Promise<void> {
    const tool = await ensureProgram('cluster-tool');
    const log = await open(this.#options.logFile, 'a');
    const { program, arguments: programArguments } = this.#options;
    try {
      this.#child = spawn(tool, ['with-parent', String(process.pid), program, ...programArguments], {
        stdio: ['ignore', log.fd, log.fd],
      });
      await once(this.#child, 'spawn');
      this.#child.unref(); // a test run need not wait for it
    } finally {
      await log.close();
    }
  }

  /** Asks it to end, and kills it if it has not within `graceMilliseconds`. */
  async stop(graceMilliseconds = 1_000): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    if (hasEnded(child)) return;
    const ended = once(child, 'exit');
    child.ref();
    child.kill('SIGCONT'); // a paused process would not see the next signal
    child.kill('SIGTERM');
    const expired = new AbortController();
    await Promise.race([ended, sleep(graceMilliseconds, undefined, { signal: expired.signal }).catch(() => {})]);
    expired.abort();
    if (!hasEnded(child)) child.kill('SIGKILL');
    await ended;
  }

  /** Freezes it: connections stay open, nothing is answered. */
  pause(): void {
    this.#child?.kill('SIGSTOP');
  }

  resume(): void {
    this.#child?.kill('SIGCONT');
  }

  /** If it ended though nobody stopped it: an error with the last lines of its log. */
  async failure(): Promise<Error | undefined> {
    if (this.#child === undefined || !hasEnded(this.#child)) return undefined;
    const { exitCode, signalCode } = this.#child;
    const end = await lastLines(this.#options.logFile);
    return new Error(`${this.#options.name} ended with ${exitCode ?? signalCode}; the end of its log:\n${end}`);
  }
}

const hasEnded = ({ exitCode, signalCode }: ChildProcess) => exitCode !== null || signalCode !== null;

/** The end of a log file, for an error message. */
export async function lastLines(path: string, count = 15): Promise<string> {
  const text = await readFile(path, 'utf8');
  return text.trimEnd().split('\n').slice(-count).join('\n');
}
