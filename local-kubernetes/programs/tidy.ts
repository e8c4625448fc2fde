import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that were not used for this long are removed, except for the most recent ones. */
const unusedMilliseconds = 24 * 3_600_000;
const alwaysRetained = 4;

/** Removes old folders of one kind from the cache. The modification time of a folder is when it was last used. */
export async function tidy(directory: string, prefix: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  const found = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), used: (await stat(join(directory, name))).mtimeMs })),
  );
  const latestFirst = found.sort((left, right) => right.used - left.used);
  for (const { path, used } of latestFirst.slice(alwaysRetained)) {
    if (Date.now() - used > unusedMilliseconds) await rm(path, { recursive: true, force: true });
  }
}
