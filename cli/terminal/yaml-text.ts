import { Document, Scalar, visit } from 'yaml';
import { isPrintable, printable } from './printable.ts';

/** Nothing is folded: a line break is where the value has one. */
const STYLE = { lineWidth: 0, doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER } as const;
/** The library loses blanks beside a line break. */
const BLANK_AT_BREAK = /[ \t]\n|[ \t]$|^\s/;

/** YAML of a value that is safe for a terminal, and that reads back as the same value. */
export function yamlText(value: unknown): string {
  const document = new Document(value, { aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, node) {
      if (typeof node.value === 'string' && needsQuotes(node.value)) node.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return printable(document.toString(STYLE));
}

function needsQuotes(text: string): boolean {
  return !isPrintable(text) || BLANK_AT_BREAK.test(text);
}
