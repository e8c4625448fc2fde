import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Folders that were not used for this long are removed, unless they are among the latest ones. */
const unusedMilliseconds = 24 * 3_600_000;
const keptAlways = 4;

/** Removes what the cache no longer needs of the folders of one kind: those old by their time of modification. */
export async function tidy(directory: string, prefix: string): Promise<void> {
  const names = (await readdir(directory)).filter((name) => name.startsWith(prefix));
  const found = await Promise.all(
    names.map(async (name) => ({ path: join(directory, name), used: (await stat(join(directory, name))).mtimeMs })),
  );
  const latestFirst = found.sort((left, right) => right.used - left.used);
  for (const { path, used } of latestFirst.slice(keptAlways)) {
    if (Date.now() - used > unusedMilliseconds) await rm(path, { recursive: true, force: true });
  }
}
