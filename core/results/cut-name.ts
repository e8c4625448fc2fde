/** The name of a result has at most 63 characters. */
const LONGEST = 63;

/**
 * A name that a container has written, of any length, as messages quote it. The ellipsis shows where it was cut, so that a
 * secret value is found and hidden even if its end is missing.
 */
export function cutName(name: string): string {
  return name.length > LONGEST ? `${name.slice(0, LONGEST)}…`.toWellFormed() : name;
}
