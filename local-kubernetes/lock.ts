import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const refreshMilliseconds = 2_000;
const staleMilliseconds = 15_000;

/**
 * Runs `work` while this process holds the lock file. The holder touches the file every two seconds. A lock is abandoned
 * if the process of its holder no longer exists, or if the file was not touched for fifteen seconds.
 *
 * @param onWait called once if another process holds the lock
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; !(await take(path)); waited = true) {
    if (!waited) onWait();
    await sleep(100);
  }
  const timer = setInterval(() => {
    // The touch fails if the file was deleted. Then another process may do the same work at the same time.
    utimes(path, new Date(), new Date()).catch(() => {});
  }, refreshMilliseconds);
  try {
    return await work();
  } finally {
    clearInterval(timer);
    await rm(path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.write(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  if (await isAbandoned(path)) await rm(path, { force: true });
  return false;
}

async function isAbandoned(path: string): Promise<boolean> {
  const held = await stat(path).catch(() => undefined);
  if (held === undefined) return false; // just released
  if (Date.now() - held.mtimeMs > staleMilliseconds) return true;
  const holder = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!(holder > 0)) return false; // just created, its process id is not written yet
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
