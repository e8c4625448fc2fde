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
  .description('bring it up, or mend it')
  .addOption(
    new Option('--profile <profile>', 'a real node with cert-manager (root), or an API server without nodes')
      .choices(['full', 'control-plane'])
      .default('full'),
  )
  .action(async ({ profile }: { profile: Profile }) => {
    const began = Date.now();
    await (profile === 'full' ? ensureFullCluster() : ensureDetachedControlPlane(layout));
    printProgress(`The cluster is up (${formatDuration(Date.now() - began)}). Look around:`);
    printProgress('  eval "$(npm run --silent cluster:env)" && kubectl get nodes');
  });

program
  .command('down')
  .description('remove it with everything it made')
  .action(async () => {
    await withLock(join(layout.directory, 'lock'), () => removeCluster(layout));
    printProgress('The cluster is gone.');
  });

program
  .command('env')
  .description('print shell lines that lead to it, for eval')
  .action(async () => {
    const state = await readClusterState(layout.directory);
    if (state === undefined) throw new Error('no cluster is here; bring one up: npm run cluster:up');
    process.stdout.write(`export KUBECONFIG='${layout.kubeconfig}'\n`);
    if (state.profile === 'full') process.stdout.write(`export CLUSTER_NETNS='${layout.netns}'\n`);
    process.stdout.write(`export PATH='${await programDirectory()}':"$PATH"\n`);
  });

program
  .command('programs')
  .description('build what is not built yet, and print where each program is')
  .action(async () => {
    for (const path of await ensureAllPrograms()) process.stdout.write(`${path}\n`);
  });

/** The folder with kubectl, which a machine without one can put on its PATH. */
async function programDirectory(): Promise<string> {
  return join(await ensureProgram('kubectl'), '..');
}

try {
  await program.parseAsync();
} catch (error) {
  printProgress(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
