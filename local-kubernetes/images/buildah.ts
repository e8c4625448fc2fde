import { join } from 'node:path';
import { cacheDirectory } from '../paths.ts';
import { run, type RunOptions } from '../run.ts';

/** Where images and what they are made of are kept for every checkout. */
export const imagesDirectory = (): string => join(cacheDirectory(), 'images');

/** Runs buildah with a storage of its own, of the driver that works on every file system. */
export async function buildah(commandArguments: readonly string[], options: RunOptions = {}): Promise<string> {
  const storage = join(imagesDirectory(), 'storage');
  const runRoot = join(imagesDirectory(), 'run');
  return run(
    ['buildah', '--storage-driver=vfs', '--root', storage, '--runroot', runRoot, ...commandArguments],
    options,
  );
}
