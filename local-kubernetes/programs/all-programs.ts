import { checkMachine } from '../preflight/check-machine.ts';
import { ensureProgram } from './programs.ts';

/**
 * Builds the programs that tests use, unless they are built. This happens before the first test, because a build can
 * take longer than the time limit of a test's hook.
 *
 * @returns their paths.
 * @throws if the machine lacks what a control plane needs.
 */
export async function ensureAllPrograms(): Promise<string[]> {
  await checkMachine(['control-plane']);
  const paths: string[] = [];
  for (const name of ['kubectl', 'kube-apiserver', 'cluster-tool', 'coredns', 'cert-manager', 'helm'] as const) {
    paths.push(await ensureProgram(name));
  }
  return paths;
}

/** For vitest's `globalSetup`. */
export default async function setup(): Promise<void> {
  await ensureAllPrograms();
}
