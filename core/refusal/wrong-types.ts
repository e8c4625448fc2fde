import type { Job } from '../../api/wire.ts';
import { FieldPath } from '../errors/field-path.ts';

/** What the API server's decoder could not read. */
export interface Misfit {
  /**
   * The names of the fields, without the indices of lists: `spec.template.spec.containers.ports.containerPort`. The names of
   * embedded Go types are among them.
   */
  path: string;
  /** `string`, `bool`, `object`, `array`, or `number` with the number. */
  given: string;
}

/** The decoder stops at the first value, so only a few can have the same wrong value. */
const MOST = 10;

/** The paths, with indices, of the values of a Job that the decoder's message can mean. */
export function misfitPaths(job: Job, { path, given }: Misfit): string[] {
  const [root = '', ...names] = path.split('.');
  let places = [{ value: (job as Record<string, unknown>)[root], path: FieldPath.of(root) }].flatMap(elements);
  for (const name of names) {
    if (isEmbedded(name)) continue;
    places = places
      .flatMap(({ value, path: at }) =>
        isObject(value) && Object.hasOwn(value, name) ? [{ value: value[name], path: at.child(name) }] : [],
      )
      .flatMap(elements);
  }
  return places
    .filter(({ value }) => isGiven(value, given))
    .slice(0, MOST)
    .map(({ path: at }) => String(at));
}

/** A Go type without a field of its own, such as `ProbeHandler` in `readinessProbe.ProbeHandler.httpGet.port`. */
function isEmbedded(name: string): boolean {
  return /^[A-Z]/.test(name);
}

interface Place {
  value: unknown;
  path: FieldPath;
}

function elements(place: Place): Place[] {
  const { value, path } = place;
  return Array.isArray(value)
    ? value.map((element: unknown, index) => ({ value: element, path: path.index(index) }))
    : [place];
}

function isGiven(value: unknown, given: string): boolean {
  const [kind, number] = given.split(' ');
  if (kind === 'number') return typeof value === 'number' && (number === undefined || String(value) === number);
  if (kind === 'bool') return typeof value === 'boolean';
  return kind === 'object' ? isObject(value) : typeof value === kind;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
