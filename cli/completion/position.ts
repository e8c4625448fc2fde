import type { Command, Option } from 'commander';

/** Where the cursor is on a command line, and what is before it. */
export interface Position {
  command: Command;
  /** The values of the flags before the cursor, by the attribute of the flag. A flag without a value has none. */
  given: ReadonlyMap<string, readonly string[]>;
  /** The arguments before the cursor. */
  args: readonly string[];
  target: Target;
}

/** What is completed. `prefix` is the part of the last word that is not completed, such as `--status=`. */
export type Target =
  | { kind: 'command'; word: string; prefix: '' }
  | { kind: 'argument'; word: string; prefix: '' }
  | { kind: 'flag'; word: string; prefix: '' }
  | { kind: 'value'; word: string; prefix: string; option: Option }
  | { kind: 'passed-on'; word: string; prefix: '' };

/** @param words of the command line without the name of the program; the last one is completed, and may be empty */
export function positionOf(program: Command, words: readonly string[]): Position {
  const walk = new Walk(program);
  for (const word of words.slice(0, -1)) walk.pass(word);
  return walk.end(words.at(-1) ?? '');
}

class Walk {
  #command: Command;
  readonly #given = new Map<string, string[]>();
  readonly #args: string[] = [];
  /** A flag whose value is the next word. */
  #open: Option | undefined;
  #isOver = false;

  constructor(program: Command) {
    this.#command = program;
  }

  pass(word: string): void {
    if (this.#isOver) return;
    if (this.#open) {
      this.#give(this.#open, word);
      this.#open = undefined;
    } else if (word === '--') this.#isOver = true;
    else if (isFlag(word)) this.#passFlag(word);
    else this.#passName(word);
  }

  end(word: string): Position {
    return { command: this.#command, given: this.#given, args: this.#args, target: this.#target(word) };
  }

  #target(word: string): Target {
    if (this.#isOver) return { kind: 'passed-on', word, prefix: '' };
    if (this.#open) return { kind: 'value', word, prefix: '', option: this.#open };
    if (word.startsWith('-')) return this.#flagTarget(word);
    const isCommand = this.#args.length === 0 && this.#command.commands.length > 0;
    return { kind: isCommand ? 'command' : 'argument', word, prefix: '' };
  }

  #flagTarget(word: string): Target {
    const { name, value } = splitFlag(word);
    const option = this.#option(name);
    if (value === undefined || !option) return { kind: 'flag', word, prefix: '' };
    return { kind: 'value', word: value, prefix: word.slice(0, word.length - value.length), option };
  }

  #passFlag(word: string): void {
    const { name, value } = splitFlag(word);
    const option = this.#option(name);
    if (!option) return;
    if (value !== undefined) this.#give(option, value);
    else if (option.required) this.#open = option;
    else this.#give(option);
  }

  #passName(word: string): void {
    const found = this.#args.length > 0 ? undefined : this.#subcommand(word);
    if (found) this.#command = found;
    else this.#args.push(word);
  }

  #subcommand(word: string): Command | undefined {
    return this.#command.commands.find((command) => command.name() === word || command.aliases().includes(word));
  }

  #give(option: Option, ...values: string[]): void {
    const name = option.attributeName();
    this.#given.set(name, [...(this.#given.get(name) ?? []), ...values]);
  }

  /** Flags of the program are valid after its commands, too. */
  #option(name: string): Option | undefined {
    for (let command: Command | null = this.#command; command; command = command.parent) {
      const found = command.options.find(({ long, short }) => long === name || short === name);
      if (found) return found;
    }
    return undefined;
  }
}

function isFlag(word: string): boolean {
  return word.startsWith('-') && word !== '-';
}

/** `--flag=value`, `-fvalue`, or a flag whose value, if it has one, is the next word. */
function splitFlag(word: string): { name: string; value?: string } {
  if (!word.startsWith('--')) {
    return word.length > 2 ? { name: word.slice(0, 2), value: word.slice(2) } : { name: word };
  }
  const at = word.indexOf('=');
  return at === -1 ? { name: word } : { name: word.slice(0, at), value: word.slice(at + 1) };
}
