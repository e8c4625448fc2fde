import { randomInt } from 'node:crypto';

/** As Kubernetes ends generated names: no vowels, so no words. */
const LETTERS = 'bcdfghjklmnpqrstvwxz2456789';
const ENDING = 8;
/** Longer names are shortened in labels. */
const LONGEST_BEGINNING = 63 - ENDING - 1;

/**
 * A name for a run of a template. The command and not the API server chooses it, so that it knows the name even if the
 * answer to its request is lost.
 */
export function randomName(template: string): string {
  const beginning = /^.*[a-z0-9]/.exec(template.slice(0, LONGEST_BEGINNING))?.[0] ?? 'run';
  const ending = Array.from({ length: ENDING }, () => LETTERS[randomInt(LETTERS.length)]).join('');
  return `${beginning}-${ending}`;
}
