/** Where output comes from. */
export interface LogSource {
  pod: string;
  container: string;
  /** Of an Indexed Job. */
  index: number | undefined;
  /** Absent if the Pods of the Job do not belong to attempts. */
  attempt: number | undefined;
}

export const PREFIXES = ['auto', 'always', 'never'] as const;
export type Prefix = (typeof PREFIXES)[number];

/** What a prefix names. */
export interface PrefixParts {
  pod: boolean;
  container: boolean;
}

/** @param several what there can be several of at once */
export function prefixParts(prefix: Prefix, several: PrefixParts): PrefixParts {
  if (prefix === 'auto') return several;
  return { pod: prefix === 'always', container: prefix === 'always' };
}

/** The beginning of each line, for example `[1] `, `[x7k2p main] ` or nothing. */
export function prefixOf({ pod, container, index }: LogSource, parts: PrefixParts): string {
  const where = index === undefined ? suffixOf(pod) : String(index);
  const words = [...(parts.pod ? [where] : []), ...(parts.container ? [container] : [])];
  return words.length === 0 ? '' : `[${words.join(' ')}] `;
}

/** The part of a Pod's name that the Job controller has added. */
function suffixOf(pod: string): string {
  return pod.slice(pod.lastIndexOf('-') + 1);
}
