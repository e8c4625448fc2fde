import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { repositoryDirectory, sourceDirectory } from '../paths.ts';
import { readMachineFacts } from './machine-facts.ts';
import { describeProblem, problemsOf, type Need, type OldestVersions, type Problem } from './problems.ts';

/** What this machine lacks. Call it before anything is built. */
export async function machineProblems(needs: readonly Need[]): Promise<Problem[]> {
  return problemsOf(await readMachineFacts(), await oldestVersions(), needs);
}

/** @throws if this machine lacks something; the message lists everything that is missing, and the solution of each. */
export async function checkMachine(needs: readonly Need[]): Promise<void> {
  const problems = await machineProblems(needs);
  if (problems.length === 0) return;
  const list = problems.map((problem) => `  - ${describeProblem(problem)}`);
  throw new Error(['This machine lacks what the local Kubernetes needs:', ...list, ...alternatives(needs)].join('\n'));
}

async function oldestVersions(): Promise<OldestVersions> {
  const [goMod, packageJson] = await Promise.all([
    readFile(join(sourceDirectory, 'go.mod'), 'utf8'),
    readFile(join(repositoryDirectory, 'package.json'), 'utf8'),
  ]);
  const go = /^go (\S+)$/m.exec(goMod)?.[1];
  if (go === undefined) throw new Error('go.mod has no go line');
  const { engines } = JSON.parse(packageJson) as { engines: { node: string } };
  return { go, node: engines.node.replace('>=', '') };
}

function alternatives(needs: readonly Need[]): string[] {
  if (!needs.includes('full')) return [];
  return [
    'What you can do instead:',
    '  npm run cluster:up -- --profile control-plane   an API server without nodes (Linux, no root)',
    '  kind create cluster                             or any other cluster, with cert-manager in it; then',
    '  npm run demo -- --context kind-kind',
  ];
}
