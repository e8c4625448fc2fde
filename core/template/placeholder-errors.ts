import type { Parameter } from '../../api/parameter.ts';
import { errorsOfEach } from '../errors/errors-of-each.ts';
import type { FieldError } from '../errors/field-error.ts';
import { field, OMITTED } from '../errors/field.ts';
import { quotedList } from '../errors/quoted.ts';
import { didYouMean, nearNames } from '../errors/suggest.ts';
import { whyNoText, whyUnfit } from './field-type.ts';
import { SimilarNames } from './similar-names.ts';
import type { PlaceholderPlan, TemplateString } from './placeholder-plan.ts';
import type { Placeholder, Token } from './placeholder.ts';

const TOO_LONG = 'has fields with "$" below keys that are too long; use shorter keys';

type Declared = ReadonlyMap<string, Parameter>;

/** Where a string is, and the parameters that it can use. */
interface Place {
  string: TemplateString;
  declared: Declared;
  similar: SimilarNames;
}

/** What is wrong with the placeholders of a template's `spec`, and with strings that are nearly placeholders. */
export function placeholderErrors(
  { strings, tooDeep, tooLong }: PlaceholderPlan,
  parameters: readonly Parameter[],
): FieldError[] {
  const declared: Declared = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const similar = new SimilarNames(declared.keys());
  const limits = [
    ...(tooDeep === undefined ? [] : [field.invalid(tooDeep, OMITTED, 'is nested too deeply')]),
    ...(tooLong ? [field.forbidden('spec', TOO_LONG)] : []),
  ];
  return [...errorsOfEach(strings, (string) => errorsIn({ string, declared, similar })), ...limits];
}

function errorsIn(place: Place): FieldError[] {
  const { string } = place;
  if (string.kind === 'key') return keyErrors(string);
  const seen = new Set<string>();
  return errorsOfEach(string.tokens, (token) => {
    if (seen.has(token.source)) return [];
    seen.add(token.source);
    return errorsOf(token, place);
  });
}

function errorsOf(token: Token, place: Place): FieldError[] {
  switch (token.kind) {
    case 'placeholder':
      return errorsOfPlaceholder(token, place);
    case 'reference':
      return referenceErrors(token, place);
    case 'text':
      return braceErrors(token.source, place);
    default:
      return [];
  }
}

function keyErrors({ path, tokens }: TemplateString): FieldError[] {
  return errorsOfEach(tokens, ({ kind, source }) =>
    kind === 'placeholder'
      ? [field.invalid(path, source, 'a parameter can only be used in a value, not in a key')]
      : [],
  );
}

function errorsOfPlaceholder(placeholder: Placeholder, { string, declared }: Place): FieldError[] {
  const { name, spread, source } = placeholder;
  const parameter = declared.get(name);
  if (parameter === undefined) return [undeclared(string.path, placeholder, declared)];
  const isList = parameter.schema?.type === 'array';
  const isWholeElement = string.kind === 'element' && string.tokens.length === 1;
  const why =
    whyMisplaced({ name, spread, isList, isWholeElement }) ??
    whyWrongType(string, placeholder, { parameter, declared });
  return why === undefined ? [] : [field.invalid(string.path, source, why)];
}

/** Kubernetes takes a number or a boolean there, and this placeholder cannot become one. */
function whyWrongType(
  { type, tokens }: TemplateString,
  { name, source, spread }: Placeholder,
  { parameter: { schema }, declared }: { parameter: Parameter; declared: Declared },
): string | undefined {
  if (type === undefined) return undefined;
  if (tokens.length === 1) return whyUnfit(type, name, spread ? schema?.items : schema);
  const isNumber = tokens.every((token) => isWithoutLetters(token, declared));
  return whyNoText(type, source, isNumber ? 'number' : 'text');
}

/** Whether no value can put a letter there. */
function isWithoutLetters(token: Token, declared: Declared): boolean {
  if (token.kind === 'placeholder') return declared.get(token.name)?.schema?.type === 'integer';
  return !/[a-z]/i.test(token.source);
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
    return spread ? undefined : `parameter "${name}" is a list; write $(params.${name}[*]) to insert its elements`;
  }
  return `parameter "${name}" is a list: its elements can only be used in a list, with $(params.${name}[*]) as a whole element`;
}

function undeclared(path: string, { name, source }: Placeholder, declared: Declared): FieldError {
  const names = Array.from(declared.keys());
  const near = didYouMean(nearNames(name, names));
  const known =
    names.length === 0 ? 'the template declares no parameters' : `the template declares ${quotedList(names)}`;
  const hint = near === '' ? `${known}; write $${source} for the literal text` : `${near} ${known}`;
  return field.notFound(path, source, `parameter "${name}" is not declared; ${hint}`);
}

/** Another word instead of `params`, another case, or spaces. */
const NEARLY = /^\$\(\s*(?:params?|parameters?|inputs\.param(?:eter)?s)\s*\.\s*([A-Z_][\w-]*)\s*(?:(\[\*\])\s*)?\)$/i;

function referenceErrors({ source, closed }: { source: string; closed: boolean }, place: Place): FieldError[] {
  const { path } = place.string;
  if (!closed) {
    const at = openPlaceholder(source);
    return at === -1 ? [] : [unclosed(path, source.slice(at))];
  }
  if (/^\$\(params[.[]/.test(source)) return [malformed(path, source)];
  const [, name, star = ''] = NEARLY.exec(source) ?? [];
  return name === undefined ? [] : wrongWord({ source, name, star }, place);
}

/** Where the first `$(params.` is that is not escaped with another `$`; -1 if the text has no such place. */
function openPlaceholder(source: string): number {
  let at = source.indexOf(OPEN);
  while (at !== -1) {
    let first = at;
    while (source[first - 1] === '$') first -= 1;
    if ((at - first) % 2 === 0) return at;
    at = source.indexOf(OPEN, at + 1);
  }
  return -1;
}

const OPEN = '$(params.';

function unclosed(path: string, source: string): FieldError {
  return field.invalid(path, source, 'the placeholder is not closed: ")" is missing');
}

function malformed(path: string, source: string): FieldError {
  const rule = 'a placeholder is $(params.NAME), or $(params.NAME[*]) for the elements of a list';
  const way = `NAME has only letters, digits, "_" and "-"; write $${source} for the literal text`;
  return field.invalid(path, source, `${rule}; ${way}`);
}

/** What could be intended as a placeholder. `$(param.sh)` may be a shell command. */
interface Lookalike {
  source: string;
  name: string;
  star: string;
}

/** An error only if the text contains the name of a parameter, or a similar name. */
function wrongWord({ source, name, star }: Lookalike, { string, declared, similar }: Place): FieldError[] {
  const meant = declared.has(name) ? name : similar.to(name);
  if (meant === undefined) return [];
  return [field.invalid(string.path, source, `not a placeholder; did you mean "$(params.${meant}${star})"?`)];
}

function braceErrors(text: string, place: Place): FieldError[] {
  return errorsOfEach(text.matchAll(/(?<!\$)\$\{param(?:eter)?s?\.([\w-]+)\}/gi), ([source, name = '']) =>
    place.declared.has(name) ? wrongWord({ source, name, star: '' }, place) : [],
  );
}
