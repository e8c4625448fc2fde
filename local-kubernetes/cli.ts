/** `npm run cluster:up`, `cluster:down`, `cluster:env`: the local Kubernetes of this checkout. */
import { join } from 'node:path';
import { Option, program } from 'commander';
import { ensureAllPrograms } from './programs/all-programs.ts';
import { clusterLayout } from './cluster-layout.ts';
import { readClusterState, type Profile } from './cluster-state.ts';
import { ensureDetachedControlPlane } from './control-plane/detached-control-plane.ts';
import { ensureFullCluster } from './full.ts';
import { withLock } from './lock.ts';
import { ensureProgram } from './programs/programs.ts';
import { formatDuration, printProgress } from './progress.ts';
import { removeCluster } from './teardown.ts';

const layout = clusterLayout();

program.name('cluster').description('The local Kubernetes of this checkout; see local-kubernetes/README.md.');

program
  .command('up')
  .description('start the cluster, or repair it')
  .addOption(
    new Option('--profile <profile>', 'a real node with cert-manager (root), or an API server without nodes')
      .choices(['full', 'control-plane'])
      .default('full'),
  )
  .action(async ({ profile }: { profile: Profile }) => {
    const startedAt = Date.now();
    await (profile === 'full' ? ensureFullCluster() : ensureDetachedControlPlane(layout));
    printProgress(`The cluster is up (${formatDuration(Date.now() - startedAt)}). Try it:`);
    printProgress('  eval "$(npm run --silent cluster:env)" && kubectl get nodes');
  });

program
  .command('down')
  .description('remove the cluster and everything it created')
  .action(async () => {
    await withLock(join(layout.directory, 'lock'), () => removeCluster(layout));
    printProgress('The cluster is removed.');
  });

program
  .command('env')
  .description('print shell commands that select the cluster, for eval')
  .action(async () => {
    const state = await readClusterState(layout.directory);
    if (state === undefined) throw new Error('this checkout has no cluster; start one: npm run cluster:up');
    process.stdout.write(`export KUBECONFIG='${layout.kubeconfig}'\n`);
    if (state.profile === 'full') process.stdout.write(`export CLUSTER_NETNS='${layout.netns}'\n`);
    process.stdout.write(`export PATH='${await programDirectory()}':"$PATH"\n`);
  });

program
  .command('programs')
  .description('build the missing programs, and print the path of each')
  .action(async () => {
    for (const path of await ensureAllPrograms()) process.stdout.write(`${path}\n`);
  });

/** The folder with kubectl, for the PATH of a machine that has none. */
async function programDirectory(): Promise<string> {
  return join(await ensureProgram('kubectl'), '..');
}

try {
  await program.parseAsync();
} catch (error) {
  printProgress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
