/** Text in one style. */
export interface Styled {
  readonly style: Style;
  readonly text: string;
}

export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

/** What a terminal shows: strings, which can come from anywhere, and styles, which only the program sets. */
export type Text = string | Styled | readonly (string | Styled)[];

export function styled(style: Style, text: string): Styled {
  return { style, text };
}

/** The strings without styles. */
export function plain(text: Text): string {
  return parts(text)
    .map((part) => (typeof part === 'string' ? part : part.text))
    .join('');
}

export function parts(text: Text): readonly (string | Styled)[] {
  return typeof text === 'string' || 'style' in text ? [text] : text;
}
