import { homedir } from 'node:os';
import { join } from 'node:path';

/** The root of the checkout that contains this file. */
export const repositoryDirectory = join(import.meta.dirname, '..');

/** The folder `local-kubernetes/`, with its `go.mod`. */
export const sourceDirectory = import.meta.dirname;

/** State of this checkout's cluster; git ignores it. */
export const stateDirectory = join(repositoryDirectory, '.cluster');

/**
 * The cache of built programs and images, shared by all checkouts of a user: `$JTR_CACHE`, else
 * `$XDG_CACHE_HOME/job-template-run`, else `~/.cache/job-template-run`.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const set = (value: string | undefined) => (value === undefined || value === '' ? undefined : value);
  return set(env['JTR_CACHE']) ?? join(set(env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache'), 'job-template-run');
}
