import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from '../run.ts';

/** The files and folders that a Dockerfile copies from its context (not from another stage). */
export function copiedPaths(dockerfile: string): string[] {
  const lines = dockerfile.replace(/\\\n/g, ' ').split('\n');
  const paths = new Set<string>();
  for (const line of lines) {
    const [instruction, ...words] = line.trim().split(/\s+/);
    if (!/^(?:COPY|ADD)$/i.test(instruction ?? '') || words.some((word) => word.startsWith('--from='))) continue;
    const sources = words.filter((word) => !word.startsWith('--')).slice(0, -1);
    for (const source of sources) paths.add(source.replace(/^\.\//, ''));
  }
  return [...paths].sort();
}

/** A hash of what an image is built from: the Dockerfile, and every file it copies that git does not ignore. */
export async function hashInputs(context: string, salt: string): Promise<string> {
  const dockerfile = await readFile(join(context, 'Dockerfile'), 'utf8');
  const patterns = [...copiedPaths(dockerfile), 'Dockerfile', '.dockerignore'].map((path) => `:(glob)${path}`);
  const folders = copiedPaths(dockerfile).map((path) => `:(glob)${path.replace(/\/$/, '')}/**`);
  const listed = await run(
    [
      'git',
      'ls-files',
      '-z',
      '--cached',
      '--others',
      '--exclude-standard',
      '--deduplicate',
      '--',
      ...patterns,
      ...folders,
    ],
    { cwd: context },
  );
  const hash = createHash('sha256').update(salt);
  for (const file of listed.split('\0').filter(Boolean).sort()) {
    const content = await readFile(join(context, file)).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined; // deleted, but still in git's index
      throw error;
    });
    if (content !== undefined) hash.update(`\n${file}\n${content.length}\n`).update(content);
  }
  return hash.digest('hex').slice(0, 12);
}
