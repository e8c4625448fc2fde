import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { tokenise, type Token } from '../../../../core/template/placeholder.ts';

/** A token as a short string, for tables. */
function short(token: Token): string {
  switch (token.kind) {
    case 'placeholder':
      return `${token.spread ? 'elements' : 'value'} of ${token.name}: ${token.source}`;
    case 'reference':
      return `${token.closed ? 'reference' : 'open'}: ${token.source}`;
    default:
      return `${token.kind}: ${token.source}`;
  }
}

describe('tokenise', () => {
  it.each<[string, string, string[]]>([
    ['an empty string has no tokens', '', []],
    ['a string without $ is text', 'a (b) c', ['text: a (b) c']],
    ['a placeholder', '$(params.x)', ['value of x: $(params.x)']],
    ['a placeholder of elements', '$(params.x[*])', ['elements of x: $(params.x[*])']],
    ['a name with every allowed character', '$(params._A-z9)', ['value of _A-z9: $(params._A-z9)']],
    ['text on both sides', 'a$(params.x)b', ['text: a', 'value of x: $(params.x)', 'text: b']],
    ['two placeholders in a row', '$(params.x)$(params.y)', ['value of x: $(params.x)', 'value of y: $(params.y)']],
    ['an escaped placeholder', '$$(params.x)', ['escaped: $$(params.x)']],
    ['escaped elements', '$$(params.x[*])', ['escaped: $$(params.x[*])']],
    ['a pair, then a placeholder', '$$$(params.x)', ['text: $$', 'value of x: $(params.x)']],
    ['a pair, then an escaped placeholder', '$$$$(params.x)', ['text: $$', 'escaped: $$(params.x)']],
    ['a pair before something else than a placeholder', '$$(HOME)', ['text: $$(HOME)']],
    ['a $ before anything else', 'a$b', ['text: a$b']],
    ['a $ at the end', 'a$', ['text: a$']],
    ['a $ before a placeholder and a letter', '$a$(params.x)', ['text: $a', 'value of x: $(params.x)']],
    ['a variable', '$(HOME)/x', ['reference: $(HOME)', 'text: /x']],
    ['a variable after a placeholder', '$(params.x)$(B)', ['value of x: $(params.x)', 'reference: $(B)']],
    ['two variables', '$(A) $(B)', ['reference: $(A)', 'text:  ', 'reference: $(B)']],
    ['an unclosed variable', 'a $(HOME', ['text: a ', 'open: $(HOME']],
    ['everything after an unclosed variable', '$(A $(params.x', ['open: $(A $(params.x']],
    ['a name that begins with a digit', '$(params.1x)', ['reference: $(params.1x)']],
    ['no name', '$(params.)', ['reference: $(params.)']],
    ['an index', '$(params.x[0])', ['reference: $(params.x[0])']],
    ['a blank', '$(params.x )', ['reference: $(params.x )']],
    ['another case', '$(Params.x)', ['reference: $(Params.x)']],
    [
      'a command that contains a placeholder',
      '$(date -d $(params.x))',
      ['opener: $(', 'text: date -d ', 'value of x: $(params.x)', 'text: )'],
    ],
    [
      'a command that contains elements',
      '$(cat $(params.x[*]))',
      ['opener: $(', 'text: cat ', 'elements of x: $(params.x[*])', 'text: )'],
    ],
    [
      'a command in a command that contains a placeholder',
      '$($($(params.x)))',
      ['opener: $(', 'opener: $(', 'value of x: $(params.x)', 'text: ))'],
    ],
    ['a command that contains an escaped placeholder', '$(a $$(params.x)', ['reference: $(a $$(params.x)']],
    [
      'a command that contains a pair and a placeholder',
      '$(a $$$(params.x)',
      ['opener: $(', 'text: a $$', 'value of x: $(params.x)'],
    ],
    ['a command with text after the placeholder in it', '$(a $(params.x b)', ['reference: $(a $(params.x b)']],
    ['an unclosed placeholder before a closed one', '$(params.x $(params.y)', ['reference: $(params.x $(params.y)']],
    [
      'a command after a closed variable',
      '$(A) $(b $(params.x))',
      ['reference: $(A)', 'text:  ', 'opener: $(', 'text: b ', 'value of x: $(params.x)', 'text: )'],
    ],
    [
      'a variable after a command that contains a placeholder',
      '$(a $(params.x)) $(B)',
      ['opener: $(', 'text: a ', 'value of x: $(params.x)', 'text: ) ', 'reference: $(B)'],
    ],
  ])('reads %s', (_, text, expected) => {
    expect(tokenise(text).map(short)).toEqual(expected);
  });
});

/** What {@link tokenise} promises, implemented without regard to cost. */
function specified(text: string): string[] {
  const name = '[A-Za-z_][\\w-]*(?:\\[\\*\\])?';
  const [placeholder, escaped] = [
    new RegExp(`^\\$\\(params\\.${name}\\)`),
    new RegExp(`^\\$\\$\\(params\\.${name}\\)`),
  ];
  const inner = new RegExp(`(?<!\\$)(?:\\$\\$)*\\$\\(params\\.${name}\\)$`);
  const pieces: [kind: string, source: string][] = [];
  for (let at = 0; at < text.length; at += pieces.at(-1)![1].length) pieces.push(piece(text, at));
  return pieces.reduce<string[]>(joined, []);

  function piece(whole: string, at: number): [string, string] {
    const rest = whole.slice(at);
    if (!/^\$[$(]/.test(rest)) return ['text', rest[0]!];
    const [found] = placeholder.exec(rest) ?? [];
    if (found !== undefined) return ['placeholder', found];
    if (rest.startsWith('$$')) return escaped.test(rest) ? ['escaped', escaped.exec(rest)![0]] : ['text', '$$'];
    const end = rest.indexOf(')');
    if (end === -1) return ['open', rest];
    const isOpener = !rest.startsWith('$(params.') && inner.test(whole.slice(0, at + end + 1));
    return isOpener ? ['opener', '$('] : ['reference', rest.slice(0, end + 1)];
  }

  function joined(before: string[], [kind, source]: [string, string]): string[] {
    const last = before.at(-1);
    if (kind === 'text' && last?.startsWith('text:')) return [...before.slice(0, -1), last + source];
    return [...before, `${kind}:${source}`];
  }
}

describe('whatever the string is', () => {
  const parts = ['$', '$$', '$(', ')', 'params.', '$(params.x)', '$(params.x[*])', '(', 'x', ' ', '[*]'];
  const nasty = fc.array(fc.constantFrom(...parts), { maxLength: 12 }).map((some) => some.join(''));
  const any = fc.oneof(nasty, fc.string());

  it('the sources of the tokens, joined, are the string', () => {
    fc.assert(
      fc.property(any, (text) => {
        expect(
          tokenise(text)
            .map(({ source }) => source)
            .join(''),
        ).toBe(text);
      }),
    );
  });

  it('the tokens are those that Kubernetes and the rule on commands define', () => {
    const seen = (token: Token) =>
      `${token.kind === 'reference' && !token.closed ? 'open' : token.kind}:${token.source}`;
    fc.assert(
      fc.property(any, (text) => {
        expect(tokenise(text).map(seen)).toEqual(specified(text));
      }),
      { numRuns: 300 },
    );
  });
});
