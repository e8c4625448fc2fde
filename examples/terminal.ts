import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { basename } from 'node:path';
import type { Readable } from 'node:stream';

/** The programs, and the options with which each uses the chosen cluster. */
interface Tools {
  kubectl: string;
  helm: string;
  kubectlOptions: string[];
  helmOptions: string[];
}

/** Shows each command to the user before it runs, and its output. */
export class Terminal {
  readonly #environment: NodeJS.ProcessEnv;
  readonly #tools: Tools;

  constructor(environment: NodeJS.ProcessEnv, tools: Tools) {
    this.#environment = environment;
    this.#tools = tools;
  }

  say(sentence: string): void {
    console.log(`\n# ${sentence}`);
  }

  print(line: string): void {
    console.log(line);
  }

  /** Shows and runs a command. Returns its exit code. */
  try(command: string, args: readonly string[]): Promise<number> {
    const all = this.#withOptions(command, args);
    show(command, all);
    return this.#exitCode(command, all, 'inherit');
  }

  /** Shows and runs a command that must succeed. */
  async run(command: string, args: readonly string[]): Promise<void> {
    insist(command, args, await this.try(command, args));
  }

  /** Runs a command without showing it. Only its errors are shown. Returns its exit code. */
  check(command: string, args: readonly string[]): Promise<number> {
    return this.#exitCode(command, this.#withOptions(command, args), 'ignore');
  }

  /** The same as {@link check}, for a command that must succeed. */
  async quiet(command: string, args: readonly string[]): Promise<void> {
    insist(command, args, await this.check(command, args));
  }

  /** Shows and starts a command. The caller reads its output and stops it. */
  start(command: string, args: readonly string[]): ChildProcessByStdio<null, Readable, null> {
    const all = this.#withOptions(command, args);
    show(command, all);
    return spawn(command, all, { env: this.#environment, stdio: ['ignore', 'pipe', 'inherit'] });
  }

  #withOptions(command: string, args: readonly string[]): string[] {
    const { kubectl, kubectlOptions, helmOptions } = this.#tools;
    return [...args, ...(command === kubectl ? kubectlOptions : helmOptions)];
  }

  #exitCode(command: string, args: readonly string[], output: 'inherit' | 'ignore'): Promise<number> {
    return new Promise((resolve, reject) => {
      const child = spawn(command, args, { env: this.#environment, stdio: ['ignore', output, 'inherit'] });
      child.once('error', reject);
      child.once('exit', (code) => {
        resolve(code ?? 1);
      });
    });
  }
}

/** Prints a command as a user would type it. */
function show(command: string, args: readonly string[]): void {
  const typed = [basename(command), ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word}'`));
  console.log(`$ ${typed.join(' ')}`);
}

function insist(command: string, args: readonly string[], code: number): void {
  if (code !== 0) throw new Error(`${basename(command)} ${args.join(' ')} exited with code ${code}`);
}
