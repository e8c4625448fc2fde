import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const refreshMilliseconds = 2_000;
const staleMilliseconds = 15_000;

/**
 * Runs `work` while no other process holds the lock file. The holder touches the file every two seconds, and one not
 * touched for fifteen is taken over, so a killed holder blocks nobody for long. `onWait` is called once if it has to wait.
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; !(await take(path)); waited = true) {
    if (!waited) onWait();
    await sleep(250);
  }
  const timer = setInterval(() => {
    // A failed touch means that the file is gone, and with it only the protection against double work.
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
    await (await open(path, 'wx')).close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const held = await stat(path).catch(() => undefined);
  if (held !== undefined && Date.now() - held.mtimeMs > staleMilliseconds) await rm(path, { force: true });
  return false;
}
