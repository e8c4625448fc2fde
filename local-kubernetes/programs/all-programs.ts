import { checkMachine } from '../preflight/check-machine.ts';
import { ensureProgram } from './programs.ts';

/**
 * Builds what is not built yet of the programs that tests use. Before the first test, where no time limit of a hook
 * ends it.
 *
 * @returns their paths.
 * @throws if the machine lacks what a control plane needs.
 */
export async function ensureAllPrograms(): Promise<string[]> {
  await checkMachine(['control-plane']);
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
