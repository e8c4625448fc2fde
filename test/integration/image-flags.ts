import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryDirectory } from '../../local-kubernetes/paths.ts';

/** The flags of Node in the image: what comes after the program in the Dockerfile's ENTRYPOINT. */
export function imageFlags(): string[] {
  return (JSON.parse(instruction(/^ENTRYPOINT (\[.*\])$/m)) as string[]).slice(1);
}

/** The variables that the image sets, except PATH, which is different here. */
export function imageEnvironment(): Record<string, string> {
  const pairs = instruction(/^ENV (NODE_ENV=.*)$/m).split(' ');
  const variables = pairs.map((pair) => pair.split('=') as [string, string]);
  return Object.fromEntries(variables.filter(([name]) => name !== 'PATH'));
}

function instruction(pattern: RegExp): string {
  const found = pattern.exec(readFileSync(join(repositoryDirectory, 'Dockerfile'), 'utf8'))?.[1];
  if (found === undefined) throw new Error(`nothing in the Dockerfile is like ${String(pattern)}`);
  return found;
}
