import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KubeConfig } from '@kubernetes/client-node';
import { imageEnvironment, imageFlags } from './image-flags.ts';

const MAIN = join(import.meta.dirname, '../../syncer/main.ts');

/** `node syncer/main.ts` with Node's flags of the image; the image compiles the sources first. */
export interface SyncerProcess {
  pid: number;
  /** Everything that it has written so far to both streams. */
  output: () => string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves when it has exited, with its exit code or the signal that ended it. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** @param main the file to run; that of the syncer by default. */
export function startSyncerProcess(
  kubeConfig: KubeConfig | undefined,
  environment: Record<string, string> = {},
  main = MAIN,
): SyncerProcess {
  const folder = mkdtempSync(join(tmpdir(), 'job-template-run-process-'));
  const file = join(folder, 'kubeconfig');
  if (kubeConfig) writeFileSync(file, kubeConfig.exportConfig());
  const child = spawn(process.execPath, [...imageFlags(), main], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...imageEnvironment(),
      PATH: process.env['PATH'],
      KUBECONFIG: file,
      HOST: '127.0.0.1',
      HEALTH_PORT: '0',
      LOG_LEVEL: 'debug',
      ...environment,
    },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => (output += text));
  }
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, signal) => {
      rmSync(folder, { recursive: true, force: true });
      resolve(code ?? signal);
    });
  });
  return { pid: child.pid!, output: () => output, kill: (signal) => child.kill(signal), ended };
}
