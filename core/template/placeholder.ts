/**
 * A piece of a string of a template. The joined sources of all pieces are the string.
 * - `placeholder`: `$(params.NAME)`, or with `[*]` (`spread`).
 * - `escaped`: `$$(params.NAME)`, the way to write a placeholder as text.
 * - `reference`: any other `$(…)`: a variable that Kubernetes expands, or a shell command. `closed` is false if there
 *   is no `)`.
 * - `opener`: the `$(` of a reference with a placeholder in it, as in `$(date -d $(params.day))`. Kubernetes has no such
 *   references: the `$(` is text.
 */
export type Token =
  | { kind: 'text' | 'escaped' | 'opener'; source: string }
  | { kind: 'reference'; source: string; closed: boolean }
  | Placeholder;

export interface Placeholder {
  kind: 'placeholder';
  source: string;
  name: string;
  /** True for `[*]`: the elements of a list instead of one value. */
  spread: boolean;
}

const PLACEHOLDER = /\$\(params\.([A-Za-z_][\w-]*)(\[\*\])?\)/y;
const ESCAPED = /\$\$\(params\.[A-Za-z_][\w-]*(\[\*\])?\)/y;

/**
 * Splits a string from left to right, as Kubernetes parses the strings that it expands: `$$` is a pair that begins no
 * reference, and `$(` extends to the next `)`. Takes a time linear in the length of the string.
 */
export function tokenise(text: string): Token[] {
  const tokens: Token[] = [];
  const closers = new Closers(text);
  let done = 0;
  let dollar = text.indexOf('$');
  while (dollar !== -1) {
    const token = tokenAt(text, dollar, closers);
    const next = dollar + token.source.length;
    if (token.kind !== 'text') {
      if (done < dollar) tokens.push({ kind: 'text', source: text.slice(done, dollar) });
      tokens.push(token);
      done = next;
    }
    dollar = text.indexOf('$', next);
  }
  if (done < text.length) tokens.push({ kind: 'text', source: text.slice(done) });
  return tokens;
}

function tokenAt(text: string, at: number, closers: Closers): Token {
  const next = text[at + 1];
  if (next === '$') {
    const escaped = matchAt(ESCAPED, text, at);
    return escaped ? { kind: 'escaped', source: escaped[0] } : { kind: 'text', source: '$$' };
  }
  return next === '(' ? opened(text, at, closers) : { kind: 'text', source: '$' };
}

function opened(text: string, at: number, closers: Closers): Token {
  const found = matchAt(PLACEHOLDER, text, at);
  if (found) {
    const [source, name = '', star] = found;
    return { kind: 'placeholder', source, name, spread: star !== undefined };
  }
  const end = closers.after(at);
  if (end === -1) return { kind: 'reference', source: text.slice(at), closed: false };
  const isOpener = closers.endsPlaceholder && !text.startsWith('params.', at + 2);
  return isOpener
    ? { kind: 'opener', source: '$(' }
    : { kind: 'reference', source: text.slice(at, end + 1), closed: true };
}

/** Finds the next `)`; searches once for all `$(` before it. */
class Closers {
  readonly #text: string;
  #at = -2;
  /** Whether the last `)` that was found closes a placeholder. */
  endsPlaceholder = false;

  constructor(text: string) {
    this.#text = text;
  }

  after(position: number): number {
    if (this.#at === -1 || this.#at > position) return this.#at;
    this.#at = this.#text.indexOf(')', position);
    this.endsPlaceholder = this.#at !== -1 && isPlaceholderUpTo(this.#text, this.#at);
    return this.#at;
  }
}

function isPlaceholderUpTo(text: string, end: number): boolean {
  const at = text.lastIndexOf('$(', end);
  if (at === -1 || matchAt(PLACEHOLDER, text, at)?.[0].length !== end + 1 - at) return false;
  let first = at;
  while (text[first - 1] === '$') first -= 1;
  return (at - first) % 2 === 0;
}

function matchAt(sticky: RegExp, text: string, at: number): RegExpExecArray | null {
  sticky.lastIndex = at;
  return sticky.exec(text);
}
