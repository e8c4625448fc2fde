import { spawn } from 'node:child_process';
import { join } from 'node:path';

export interface CliResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** `kubectl jobrun` as a process, without a terminal. */
export interface CliProcess {
  /** What it has written so far. */
  stdout: () => string;
  stderr: () => string;
  kill(signal: NodeJS.Signals): void;
  ended: Promise<CliResult>;
}

export interface CliOptions {
  kubeconfig: string;
  environment?: Record<string, string>;
  /** Its standard input, which ends after that. */
  input?: string;
  directory?: string;
}

const MAIN = join(import.meta.dirname, '../../cli/main.ts');

export function startCli(args: readonly string[], options: CliOptions): CliProcess {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], {
    stdio: 'pipe',
    ...(options.directory !== undefined && { cwd: options.directory }),
    env: { PATH, HOME, KUBECONFIG: options.kubeconfig, ...options.environment },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  // A command that does not read its input can end before it is written.
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === null) reject(new Error(`ended by ${signal ?? 'nothing'}; stderr: ${stderr}`));
      else resolve({ code, stdout, stderr });
    });
  });
  return { stdout: () => stdout, stderr: () => stderr, kill: (signal) => child.kill(signal), ended };
}
