import { editDistance } from './edit-distance.ts';

/** Maximum number of suggested names. */
const MOST = 3;
/** Names that differ by more edits are not similar, whatever their length. */
const MOST_EDITS = 4;
/** The longest name in Kubernetes. Longer text is not a name, and is neither compared nor suggested. */
const LONGEST_NAME = 253;
/** Characters of candidates that are compared: hundreds of names. Further candidates are not considered. */
const MOST_COMPARED = 10_000;

/**
 * At most three candidates that the user may have meant instead of `wrong`, best first. The first are those with a few
 * typing mistakes (a letter missing, added, replaced, or two swapped). Then come those that contain `wrong`, or that
 * `wrong` contains. The cost is bounded: candidates are compared in their order until `mostCompared` characters are read.
 */
export function nearNames(wrong: string, candidates: Iterable<string>, mostCompared = MOST_COMPARED): string[] {
  if (wrong.length > LONGEST_NAME) return [];
  const limit = Math.min(MOST_EDITS, Math.max(1, Math.floor(wrong.length / 3)));
  const near: { name: string; edits: number }[] = [];
  let compared = 0;
  for (const name of candidates) {
    if (compared > mostCompared) break;
    compared += name.length;
    if (name === wrong || name.length > LONGEST_NAME) continue;
    const edits = editDistance(wrong.toLowerCase(), name.toLowerCase(), limit);
    if (edits <= limit) near.push({ name, edits });
    else if (overlaps(wrong, name)) near.push({ name, edits: limit + 1 });
  }
  near.sort((a, b) => a.edits - b.edits || (a.name < b.name ? -1 : 1));
  return near.slice(0, MOST).map(({ name }) => name);
}

/** `did you mean "a", "b" or "c"?`, or the empty string when there is nothing to suggest. */
export function didYouMean(names: readonly string[]): string {
  const quoted = names.map((name) => `"${name}"`);
  const last = quoted.pop();
  if (last === undefined) return '';
  return quoted.length === 0 ? `did you mean ${last}?` : `did you mean ${quoted.join(', ')} or ${last}?`;
}

function overlaps(wrong: string, name: string): boolean {
  const [short, long] = wrong.length < name.length ? [wrong, name] : [name, wrong];
  return short.length >= 3 && long.includes(short);
}
