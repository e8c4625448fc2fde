import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepareTerminal } from '../../local-kubernetes/node/machine.ts';
import { waitFor } from '../../local-kubernetes/wait-for.ts';
import { execute } from '../e2e/execute.ts';

export interface TerminalOptions {
  environment: Record<string, string>;
  columns?: number;
}

const LIMIT = { timeoutMilliseconds: 30_000 };
const LINES = 50;
/** Shows the exit code and remains, so that the screen can be read. Ctrl-C ends the command only. */
const SHELL = 'trap : INT; "$@"; code=$?; printf "\\n[exit %s]" $code; exec cat >/dev/null';
const EXIT = /\[exit (\d+)\]/;

/** A command in a terminal that tmux draws: what a user sees, and the keys that they press. */
export class TmuxTerminal {
  readonly #scratch: string;
  readonly #env: NodeJS.ProcessEnv;

  private constructor(scratch: string, environment: Record<string, string>) {
    const { PATH = '', HOME = '' } = process.env;
    this.#scratch = scratch;
    this.#env = { PATH, HOME, LANG: 'C.UTF-8', TERM: 'xterm-256color', ...environment };
  }

  static async start(
    command: readonly string[],
    { environment, columns = 160 }: TerminalOptions,
  ): Promise<TmuxTerminal> {
    await prepareTerminal();
    const terminal = new TmuxTerminal(await mkdtemp(join(tmpdir(), 'terminal-')), environment);
    const size = ['-x', String(columns), '-y', String(LINES)];
    await terminal.#tmux('-f', '/dev/null', 'new-session', '-d', ...size, 'sh', '-c', SHELL, 'sh', ...command);
    return terminal;
  }

  /** Named keys are those of tmux, such as `Enter`, `C-c` and `Down`. */
  async press(...keys: string[]): Promise<void> {
    await this.#tmux('send-keys', ...keys);
  }

  async type(text: string): Promise<void> {
    await this.#tmux('send-keys', '-l', text);
  }

  /** What the user sees, without blanks at the end of lines. */
  async screen(): Promise<string> {
    const text = await this.#tmux('capture-pane', '-p', '-J');
    return text
      .split('\n')
      .map((line) => line.trimEnd())
      .join('\n')
      .trimEnd();
  }

  /** Everything since the beginning, with the codes of colours. */
  async colours(): Promise<string> {
    return this.#tmux('capture-pane', '-p', '-e', '-S', '-');
  }

  /** Resolves with the screen once it shows the text. */
  async shows(expected: string | RegExp): Promise<string> {
    let screen = '';
    const check = async () => {
      screen = await this.screen();
      const isShown = typeof expected === 'string' ? screen.includes(expected) : expected.test(screen);
      return isShown ? screen : undefined;
    };
    return waitFor(`the screen to show ${String(expected)}`, check, LIMIT).catch((cause: unknown) => {
      throw new Error(`the screen does not show ${String(expected)}, but:\n${screen}`, { cause });
    });
  }

  /** Resolves with the exit code of the command. */
  async ended(): Promise<number> {
    return Number(EXIT.exec(await this.shows(EXIT))?.[1]);
  }

  async close(): Promise<void> {
    await execute(this.#command('kill-server'), { env: this.#env });
    await rm(this.#scratch, { recursive: true, force: true });
  }

  async #tmux(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await execute(this.#command(...args), { env: this.#env });
    if (code !== 0) throw new Error(`tmux ${args.join(' ')}: ${stderr}`);
    return stdout;
  }

  #command(...args: string[]): string[] {
    return ['tmux', '-u', '-S', join(this.#scratch, 'socket'), ...args];
  }
}
