import type { Job } from '../../api/wire.ts';
import type { FieldError } from '../errors/field-error.ts';

/**
 * The API server reports a wrong label, annotation or request at its map. Its message quotes the value, or the key, and so
 * the entry is found in the Job. The same error twice belongs to two entries.
 */
export function atEntries(errors: readonly FieldError[], job: Job): FieldError[] {
  const seen = new Map<string, number>();
  return errors.map((error) => {
    const map = mapAt(job, error.path);
    if (map === undefined) return error;
    const same = `${error.path}: ${error.message}`;
    const nth = seen.get(same) ?? 0;
    seen.set(same, nth + 1);
    const keys = keysOf(error, map);
    const key = keys[nth] ?? keys[0];
    return key === undefined ? error : { ...error, path: `${error.path}[${key}]` };
  });
}

/** `must be less than or equal to memory limit of 1Gi`, or `must be equal to …`. */
const LIMIT = /\bmust be (?:less than or )?equal to (\S+) limit\b/;
const REQUEST = /\.resources\.requests\[[^\]]*\]$/;

/** The path of the limit that makes a request wrong; `undefined` for other errors. */
export function limitBeside({ path, message }: FieldError): string | undefined {
  if (!LIMIT.test(message) || !REQUEST.test(path)) return undefined;
  const at = path.lastIndexOf('.requests[');
  return `${path.slice(0, at)}.limits${path.slice(at + '.requests'.length)}`;
}

/** In a larger map the entry is not searched: each error reads all of it. */
const MOST_ENTRIES = 1000;

function keysOf({ message }: FieldError, map: Readonly<Record<string, unknown>>): string[] {
  const [, resource = ''] = LIMIT.exec(message) ?? [];
  if (Object.hasOwn(map, resource)) return [resource];
  const keys = Object.keys(map);
  if (keys.length > MOST_ENTRIES) return [];
  const isQuoted = (text: unknown): boolean => message.startsWith(`Invalid value: ${JSON.stringify(text)}: `);
  const byValue = keys.filter((key) => isQuoted(map[key]));
  return byValue.length > 0 ? byValue : keys.filter(isQuoted);
}

const MAP = /(?:^|\.)(?:labels|annotations|nodeSelector|matchLabels|requests|limits)$/;

/** The map of strings at a path of a Job; `undefined` if there is another value. */
function mapAt(job: Job, path: string): Record<string, unknown> | undefined {
  if (!MAP.test(path)) return undefined;
  let value: unknown = job;
  for (const name of path.split(/[.[\]]+/)) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
}
