/** Replaced by the namespace of the run. */
const NAMESPACE = '{namespace}';

const LABEL = '[a-z0-9]([a-z0-9-]*[a-z0-9])?';
const PATTERN = `(\\*|${LABEL})(\\.(${LABEL}|\\{namespace\\}))+`;

/**
 * A regular expression for patterns of hosts, separated by commas. A pattern is the name of a host. Its first label can be
 * `*`, and any other can be `{namespace}`.
 */
export const HOST_PATTERNS = `^(${PATTERN}(,${PATTERN})*)?$`;

/**
 * Whether a host matches a pattern: `*` is exactly one label, as in a certificate, and `{namespace}` is the namespace of the
 * run.
 *
 * @param host in lower case
 * @param namespace `undefined`: any
 */
export function matchesHost(pattern: string, host: string, namespace: string | undefined): boolean {
  const wanted = pattern.split('.');
  const labels = host.split('.');
  if (wanted.length !== labels.length || labels.includes('')) return false;
  return wanted.every((label, at) => {
    const exact = label === NAMESPACE ? namespace : label;
    return label === '*' || exact === undefined || exact === labels[at];
  });
}
