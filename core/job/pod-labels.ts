import { GROUP } from '../../api/names.ts';

type Labels = Readonly<Record<string, string>>;

const DOMAIN = /^[a-z\d](?:[-a-z\d.]{0,251}[a-z\d])?$/;
const NAME = /^[a-z\d](?:[-\w.]{0,61}[a-z\d])?$/i;

/**
 * The labels of a Pod template that its Job gets too, as the API server does for a Job that has no labels of its own. A
 * label that is not valid is left out: the API server reports it where it was written. So is one of our own, which
 * identifies the owner of the Job.
 */
export function labelsForJob(podLabels: Labels): Record<string, string> {
  return Object.fromEntries(Object.entries(podLabels).filter(([key, value]) => isKey(key) && isValue(value)));
}

function isKey(key: string): boolean {
  const parts = key.split('/', 3);
  const [first = '', name = first] = parts;
  if (parts.length > 2 || !NAME.test(name)) return false;
  return parts.length === 1 || (DOMAIN.test(first) && first !== GROUP && !first.endsWith(`.${GROUP}`));
}

/** A template that was stored without admission can contain anything. */
function isValue(value: unknown): boolean {
  return typeof value === 'string' && (value === '' || NAME.test(value));
}
