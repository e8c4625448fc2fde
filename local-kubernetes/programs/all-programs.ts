import { ensureProgram } from './programs.ts';

/**
 * Builds what is not built yet of the programs that tests use. Before the first test, where no time limit of a hook
 * ends it.
 *
 * @returns their paths.
 */
export async function ensureAllPrograms(): Promise<string[]> {
  const paths: string[] = [];
  for (const name of ['kubectl', 'cluster-tool', 'coredns', 'cert-manager', 'helm'] as const) {
    paths.push(await ensureProgram(name));
  }
  return paths;
}

/** For vitest's `globalSetup`. */
export default async function setup(): Promise<void> {
  await ensureAllPrograms();
}
