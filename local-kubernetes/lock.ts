import { mkdir, open, readFile, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const refreshMilliseconds = 2_000;
const staleMilliseconds = 15_000;

/**
 * Runs `work` while no other process holds the lock file. A lock whose holder has died is taken over: at once if its
 * process is gone, else after fifteen seconds without the touch that a living holder gives it every two.
 *
 * @param onWait called once if it has to wait
 */
export async function withLock<T>(path: string, work: () => Promise<T>, onWait: () => void = () => {}): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  for (let waited = false; !(await take(path)); waited = true) {
    if (!waited) onWait();
    await sleep(100);
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
  if (held === undefined) return false; // given back just now
  if (Date.now() - held.mtimeMs > staleMilliseconds) return true;
  const holder = Number(await readFile(path, 'utf8').catch(() => ''));
  if (!(holder > 0)) return false; // taken just now
  try {
    process.kill(holder, 0);
    return false;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}
