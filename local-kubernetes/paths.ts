import { homedir } from 'node:os';
import { join } from 'node:path';

/** The checkout that this file belongs to. */
export const repositoryDirectory = join(import.meta.dirname, '..');

/** Where `local-kubernetes/` and its `go.mod` are. */
export const sourceDirectory = import.meta.dirname;

/** State of this checkout's cluster; git ignores it. */
export const stateDirectory = join(repositoryDirectory, '.cluster');

/**
 * What is built once and serves every checkout of this user: `$JTR_CACHE`, else `$XDG_CACHE_HOME/job-template-run`,
 * else `~/.cache/job-template-run`.
 */
export function cacheDirectory(env: NodeJS.ProcessEnv = process.env): string {
  const set = (value: string | undefined) => (value === undefined || value === '' ? undefined : value);
  return set(env['JTR_CACHE']) ?? join(set(env['XDG_CACHE_HOME']) ?? join(homedir(), '.cache'), 'job-template-run');
}
