import type { Parameter, ParameterValue } from '../../api/parameter.ts';
import { flagTexts, shellWord } from '../run/flag-text.ts';

/** A command line, and what was answered to the questions that it caused. */
export interface Answered {
  /** Without the name of the program. */
  words: readonly string[];
  answers: Readonly<Record<string, ParameterValue>>;
  declared: readonly Parameter[];
}

const ASKS: readonly string[] = ['-i', '--interactive'];

/** The command line that starts the same run without questions. Values of secrets are replaced with the name of a file. */
export function equalCommand({ words, answers, declared }: Answered): string {
  const secrets = declared.filter(({ secret }) => secret === true).map(({ name }) => name);
  const dashes = words.indexOf('--');
  const [own, passedOn] = dashes === -1 ? [words, []] : [words.slice(0, dashes), words.slice(dashes)];
  const given = own.filter((word) => !ASKS.includes(word)).map((word) => withoutSecret(word, secrets));
  const added = Object.entries(answers).flatMap(([name, value]) =>
    (secrets.includes(name) ? [SECRET] : flagTexts(value)).flatMap((text) => ['-p', `${name}=${text}`]),
  );
  return ['kubectl', 'jobrun', ...given, ...added, ...passedOn].map(shellWord).join(' ');
}

const SECRET = '@FILE';

/** `name=value`, also where the flag is a part of the word. */
function withoutSecret(word: string, secrets: readonly string[]): string {
  const [, flag = '', name = '', value = ''] = /^(-p|--param=)?([^=]*)=(.*)$/s.exec(word) ?? [];
  const isShown = !secrets.includes(name) || value.startsWith('@') || value === '-';
  return isShown ? word : `${flag}${name}=${SECRET}`;
}
