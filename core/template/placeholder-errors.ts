import type { Parameter } from '../../api/parameter.ts';
import type { FieldError, FieldErrorReason } from '../errors/field-error.ts';
import type { PlaceholderPlan, TemplateString } from './placeholder-plan.ts';
import type { Placeholder, Token } from './placeholder.ts';
import { quoted, quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';

type Declared = ReadonlyMap<string, Parameter>;
type Mistake = Pick<FieldError, 'reason' | 'message'>;

/** What is wrong with the placeholders of a template's `spec`, and what looks like one and is none. */
export function placeholderErrors(
  { strings, tooDeep }: PlaceholderPlan,
  parameters: readonly Parameter[],
): FieldError[] {
  const declared: Declared = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const errors = strings.flatMap((string) =>
    mistakesIn(string, declared).map((mistake) => ({ path: string.path, ...mistake })),
  );
  if (tooDeep === undefined) return errors;
  return [...errors, { path: tooDeep, ...mistake('FieldValueInvalid', 'Invalid value: is nested too deeply') }];
}

function mistake(reason: FieldErrorReason, message: string): Mistake {
  return { reason, message };
}

function mistakesIn(string: TemplateString, declared: Declared): Mistake[] {
  if (string.kind === 'key') return keyMistakes(string.tokens);
  const seen = new Set<string>();
  return string.tokens.flatMap((token) => {
    if (seen.has(token.source)) return [];
    seen.add(token.source);
    return mistakesOf(token, string, declared);
  });
}

function mistakesOf(token: Token, string: TemplateString, declared: Declared): Mistake[] {
  switch (token.kind) {
    case 'placeholder':
      return placeholderMistakes(token, string, declared);
    case 'reference':
      return referenceMistakes(token, declared);
    case 'text':
      return braceMistakes(token.source, declared);
    default:
      return [];
  }
}

function keyMistakes(tokens: readonly Token[]): Mistake[] {
  return tokens
    .filter(({ kind }) => kind === 'placeholder')
    .map(({ source }) =>
      mistake(
        'FieldValueInvalid',
        `Invalid value: ${quoted(source)}: parameters have no place in a key, only in values`,
      ),
    );
}

function placeholderMistakes(placeholder: Placeholder, string: TemplateString, declared: Declared): Mistake[] {
  const { name, spread, source } = placeholder;
  const parameter = declared.get(name);
  if (parameter === undefined) return [undeclared(placeholder, declared)];
  const isList = parameter.schema?.type === 'array';
  const isWholeElement = string.kind === 'element' && string.tokens.length === 1;
  const why = whyMisplaced({ name, spread, isList, isWholeElement });
  return why === undefined ? [] : [mistake('FieldValueInvalid', `Invalid value: ${quoted(source)}: ${why}`)];
}

interface Use {
  name: string;
  spread: boolean;
  isList: boolean;
  isWholeElement: boolean;
}

function whyMisplaced({ name, spread, isList, isWholeElement }: Use): string | undefined {
  if (!isList) return spread ? `parameter "${name}" is not a list; write $(params.${name})` : undefined;
  if (isWholeElement) {
    return spread ? undefined : `parameter "${name}" is a list; write $(params.${name}[*]) to have its elements here`;
  }
  return `parameter "${name}" is a list: its elements can only be elements of a list, with $(params.${name}[*]) alone in the place of one`;
}

function undeclared({ name, source }: Placeholder, declared: Declared): Mistake {
  const names = Array.from(declared.keys());
  const near = didYouMean(nearNames(name, names));
  const known = names.length === 0 ? 'the template declares no parameters' : `declared are ${quotedList(names)}`;
  const hint = near === '' ? `${known}; write $${source} where the text itself is meant` : `${near} ${known}`;
  return mistake('FieldValueNotFound', `Not found: ${quoted(source)}: parameter "${name}" is not declared; ${hint}`);
}

/** Another word in the place of `params`, another case, or blanks. */
const NEARLY =
  /^\$\(\s*(?:params?|parameters?|inputs\.param(?:eter)?s)\s*\.\s*([A-Za-z_][A-Za-z0-9_-]*)\s*(\[\*\])?\s*\)$/i;

function referenceMistakes(token: { source: string; closed: boolean }, declared: Declared): Mistake[] {
  const { source, closed } = token;
  if (!closed) return /(?<!\$)(?:\$\$)*\$\(params\./.test(source) ? [unclosed(source)] : [];
  if (/^\$\(params[.[]/.test(source)) return [misshapen(source)];
  const [, name, star = ''] = NEARLY.exec(source) ?? [];
  return name === undefined ? [] : wrongWord(source, name, { star, declared });
}

function unclosed(source: string): Mistake {
  const open = source.slice(source.indexOf('$(params.'));
  const message = `Invalid value: ${quoted(open)}: the placeholder is not closed: ")" is missing`;
  return mistake('FieldValueInvalid', message);
}

function misshapen(source: string): Mistake {
  const rule = 'a placeholder is $(params.NAME), or $(params.NAME[*]) for the elements of a list';
  const way = `NAME has only letters, digits, "_" and "-"; write $${source} where the text itself is meant`;
  return mistake('FieldValueInvalid', `Invalid value: ${quoted(source)}: ${rule}; ${way}`);
}

/** Only where it names a parameter, or nearly: `$(param.sh)` may be a command of a shell. */
function wrongWord(source: string, name: string, { star, declared }: { star: string; declared: Declared }): Mistake[] {
  const meant = declared.has(name) ? name : nearNames(name, declared.keys())[0];
  if (meant === undefined) return [];
  const right = `$(params.${meant}${star})`;
  return [
    mistake('FieldValueInvalid', `Invalid value: ${quoted(source)}: not a placeholder; did you mean "${right}"?`),
  ];
}

function braceMistakes(text: string, declared: Declared): Mistake[] {
  return Array.from(text.matchAll(/(?<!\$)\$\{param(?:eter)?s?\.([A-Za-z0-9_-]+)\}/gi)).flatMap(
    ([source, name = '']) => (declared.has(name) ? wrongWord(source, name, { star: '', declared }) : []),
  );
}
