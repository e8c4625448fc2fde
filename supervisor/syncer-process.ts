import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Child, Exit, Spawn } from './child.ts';
import { anonymousBytes } from './memory.ts';

const ANSWER_MS = 5_000;

export interface SyncerProcessOptions {
  /** The script to run. */
  script: string;
  /** Flags of Node for it. */
  flags: readonly string[];
  environment: NodeJS.ProcessEnv;
}

/** Spawns the syncer as a process. It listens on a free port of the loopback interface, and reports it over IPC. */
export function spawnSyncer({ script, flags, environment }: SyncerProcessOptions): Spawn {
  return (onExit) => {
    const child = spawn(process.execPath, [...flags, script], {
      env: { ...environment, HOST: '127.0.0.1', HEALTH_PORT: '0' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let url: string | undefined;
    child.on('message', (message) => {
      url = healthUrlOf(message) ?? url;
    });
    onceExited(child, onExit);
    return {
      kill: (signal) => child.kill(signal),
      ask: async () => (await answerOf(url, '/readyz')).status === 200,
      usedBytes: () => memoryOf('self') + memoryOf(child.pid),
      metrics: async () => (await answerOf(url, '/metrics')).body,
    } satisfies Child;
  };
}

/** The flags of this process for the syncer, with another limit of the heap. */
export function syncerFlags(own: readonly string[], heapMib: number | undefined): string[] {
  const others = own.filter((flag) => !flag.startsWith('--max-old-space-size'));
  return heapMib === undefined ? others : [...others, `--max-old-space-size=${heapMib}`];
}

/** The script beside this one, compiled or not. */
export function syncerScript(): string {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js';
  return join(import.meta.dirname, '..', 'syncer', `main.${extension}`);
}

function onceExited(child: ReturnType<typeof spawn>, onExit: (exit: Exit) => void): void {
  child.once('exit', (code, signal) => {
    onExit({ code, signal });
  });
  child.on('error', () => {
    // A process that was never started does not exit. Other errors are of a signal that came too late.
    if (child.pid === undefined) onExit({ code: null, signal: null });
  });
}

function healthUrlOf(message: unknown): string | undefined {
  if (typeof message !== 'object' || message === null || !('healthUrl' in message)) return undefined;
  return typeof message.healthUrl === 'string' ? message.healthUrl : undefined;
}

async function answerOf(url: string | undefined, path: string): Promise<{ status: number | undefined; body: string }> {
  if (url === undefined) throw new Error('the syncer does not listen yet');
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const signal = AbortSignal.timeout(ANSWER_MS);
  get(`${url}${path}`, { agent: false, signal }, (response) => {
    text(response).then((body) => {
      resolve({ status: response.statusCode, body });
    }, reject);
  }).on('error', reject);
  return promise;
}

function memoryOf(process: number | 'self' | undefined): number {
  try {
    return anonymousBytes(readFileSync(`/proc/${process ?? 'self'}/status`, 'utf8'));
  } catch {
    // It has exited, or the system has no /proc.
    return 0;
  }
}
