import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '..');

/** The absolute path of a file, from its path relative to the root of the repository. */
export const repositoryPath = (path: string): string => join(ROOT, path);
