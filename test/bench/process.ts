import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import { findFreePorts } from '../../local-kubernetes/ports.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { imageEnvironment, imageFlags } from '../integration/image-flags.ts';
import { connectionsOf, usageOf, type Usage } from './usage.ts';

/** One of our processes, compiled as in the image, run without the image. */
export class Process {
  readonly name: 'webhook' | 'syncer';
  readonly healthPort: number;
  readonly #child: ChildProcess;
  #ending = false;

  private constructor(name: Process['name'], healthPort: number, child: ChildProcess) {
    this.name = name;
    this.healthPort = healthPort;
    this.#child = child;
    child.once('exit', (code, signal) => {
      if (!this.#ending) console.error(`${name} (${this.pid}) ended by itself: ${code ?? signal ?? ''}`);
    });
  }

  /** Needs `dist/`: see {@link compile}. Resolves when the process has started, not when it is ready. */
  static async start(name: Process['name'], environment: Record<string, string>): Promise<Process> {
    const [healthPort = 0] = await findFreePorts(1);
    const child = spawn(process.execPath, [...imageFlags(), join(repositoryDirectory, 'dist', name, 'main.js')], {
      env: {
        PATH: process.env['PATH'],
        ...imageEnvironment(),
        HOST: '127.0.0.1',
        LOG_LEVEL: 'error',
        HEALTH_PORT: String(healthPort),
        ...environment,
      },
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    await once(child, 'spawn');
    return new Process(name, healthPort, child);
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  async ready(timeoutMilliseconds = 60_000): Promise<void> {
    const isReady = async () => {
      const response = await fetch(`http://127.0.0.1:${this.healthPort}/readyz`);
      return response.ok ? true : undefined;
    };
    await waitFor(`${this.name} ready`, isReady, { timeoutMilliseconds });
  }

  /** The text of `/metrics`. */
  async metrics(): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.healthPort}/metrics`)).text();
  }

  usage(): Promise<Usage> {
    return usageOf(this.pid);
  }

  /** How many open connections it has to this port of 127.0.0.1. */
  connectionsTo(port: number): Promise<number> {
    return connectionsOf(this.pid, port);
  }

  kill(signal: NodeJS.Signals): void {
    if (signal === 'SIGKILL' || signal === 'SIGTERM') this.#ending = true;
    this.#child.kill(signal);
  }

  /** Sends SIGTERM. Resolves with the exit code (or the signal that ended it) and the time until the exit. */
  async stop(): Promise<{ code: number | string; seconds: number }> {
    this.#ending = true;
    const began = performance.now();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = once(this.#child, 'exit');
      this.#child.kill('SIGTERM');
      await exited;
    }
    const code = this.#child.exitCode ?? this.#child.signalCode ?? 'unknown';
    return { code, seconds: (performance.now() - began) / 1000 };
  }
}

/** Share of one core that a process uses, measured over a while. */
export async function cpuShare(watched: Pick<Process, 'usage'>, seconds: number): Promise<number> {
  const before = await watched.usage();
  const began = performance.now();
  await sleep(seconds * 1000);
  const after = await watched.usage();
  return (after.cpuSeconds - before.cpuSeconds) / ((performance.now() - began) / 1000);
}

/** `npm run build`: what is measured is what the image runs. */
export async function compile(): Promise<void> {
  const tsc = spawn(
    process.execPath,
    [join(repositoryDirectory, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', 'tsconfig.build.json'],
    { cwd: repositoryDirectory, stdio: 'inherit' },
  );
  const [code] = (await once(tsc, 'exit')) as [number | null];
  if (code !== 0) throw new Error(`tsc ended with ${code ?? 'a signal'}`);
}
