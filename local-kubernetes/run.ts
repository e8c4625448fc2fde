import { spawn } from 'node:child_process';

export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Written to the command's stdin. */
  input?: string;
  /** Called with each line of stdout and stderr as it arrives. */
  onLine?: (line: string) => void;
}

/**
 * Runs a command, waits until it exits, and returns its stdout.
 *
 * @throws if it cannot be started, or exits with a code other than 0. The message contains the command and its output,
 * which is shortened in the middle.
 */
export async function run(command: readonly string[], options: RunOptions = {}): Promise<string> {
  const [program = '', ...commandArguments] = command;
  const child = spawn(program, commandArguments, { cwd: options.cwd, env: options.env ?? process.env });
  child.stdin.on('error', () => {}); // a command may exit without reading its input; only its exit code matters
  child.stdin.end(options.input ?? '');
  const output: Buffer[] = [];
  const errors: Buffer[] = [];
  const collect = (chunks: Buffer[]) => (chunk: Buffer) => {
    chunks.push(chunk);
    for (const line of chunk.toString().split('\n')) if (line !== '') options.onLine?.(line);
  };
  child.stdout.on('data', collect(output));
  child.stderr.on('data', collect(errors));
  const code = await new Promise<number | string>((resolve, reject) => {
    child.on('error', (error) => {
      reject(new Error(`cannot run ${program}: ${error.message}`, { cause: error }));
    });
    child.on('close', (exitCode, signal) => {
      resolve(exitCode ?? signal ?? 'unknown');
    });
  });
  if (code === 0) return Buffer.concat(output).toString();
  const lines = Buffer.concat([...output, ...errors])
    .toString()
    .trim()
    .split('\n');
  const shown = lines.length <= 60 ? lines : [...lines.slice(0, 30), '…', ...lines.slice(-30)];
  throw new Error(`${command.join(' ')} exited with ${code}:\n${shown.join('\n')}`);
}
