import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';
import type { CommandResult } from './outcome.ts';

/** Runs a command in the repository, with the tools in `node_modules` first on the PATH, and shows its output. */
export function runCommand(line: readonly string[]): Promise<CommandResult> {
  const [program = '', ...args] = line;
  const command = line.join(' ');
  const path = [join(repositoryDirectory, 'node_modules', '.bin'), process.env['PATH'] ?? ''].join(delimiter);
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      cwd: repositoryDirectory,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, PATH: path },
    });
    child.once('error', (error) => {
      resolve({ command, failure: error.message });
    });
    child.once('exit', (code, signal) => {
      if (code === 0) resolve({ command });
      else resolve({ command, failure: code === null ? `ended by ${signal ?? 'a signal'}` : `exit code ${code}` });
    });
  });
}
