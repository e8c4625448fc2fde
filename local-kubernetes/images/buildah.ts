import { join } from 'node:path';
import { cacheDirectory } from '../paths.ts';
import { run, type RunOptions } from '../run.ts';

/** The folder of images and their layers. All checkouts share it. */
export const imagesDirectory = (): string => join(cacheDirectory(), 'images');

/** Runs buildah with its own storage. The vfs driver works on every file system. */
export async function buildah(commandArguments: readonly string[], options: RunOptions = {}): Promise<string> {
  const storage = join(imagesDirectory(), 'storage');
  const runRoot = join(imagesDirectory(), 'run');
  return run(
    ['buildah', '--storage-driver=vfs', '--root', storage, '--runroot', runRoot, ...commandArguments],
    options,
  );
}
