import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../cluster/paths.ts';

/** The flags of Node in the image: what comes after the program in the Dockerfile's ENTRYPOINT. */
export function imageFlags(): string[] {
  const dockerfile = readFileSync(join(repositoryDirectory, 'Dockerfile'), 'utf8');
  const entrypoint = /^ENTRYPOINT (\[.*\])$/m.exec(dockerfile)?.[1];
  if (entrypoint === undefined) throw new Error('the Dockerfile has no ENTRYPOINT in the form of a list');
  return (JSON.parse(entrypoint) as string[]).slice(1);
}
