import { spawnSync } from 'node:child_process';
import { access, mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withLock } from '../../../local-kubernetes/lock.ts';

describe('withLock', () => {
  let directory: string;
  let path: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'lock-'));
    path = join(directory, 'lock');
  });
  afterEach(() => rm(directory, { recursive: true }));

  it('lets one caller work at a time', async () => {
    let working = 0;
    let most = 0;
    const work = async () => {
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setImmediate(resolve));
      working -= 1;
    };
    await Promise.all([withLock(path, work), withLock(path, work), withLock(path, work)]);
    expect(most).toBe(1);
  });

  it('is released when the work fails', async () => {
    await expect(withLock(path, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(access(path)).rejects.toThrow('ENOENT');
  });

  it('is taken over immediately from a process that no longer exists', async () => {
    const { pid } = spawnSync('true');
    await writeFile(path, String(pid));
    expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
  });

  it('is taken over from a living process that has not touched it for long', async () => {
    await writeFile(path, String(process.pid));
    await utimes(path, new Date(0), new Date(0));
    expect(await withLock(path, () => Promise.resolve('done'))).toBe('done');
  });
});
