import { addresses, type ClusterLayout } from '../cluster-layout.ts';
import { insideNetwork } from '../node/network.ts';
import { ensureProgram } from '../programs/programs.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';

/** Pushes the images that every cluster has: `busybox` (Debian's), and the sandbox image of Pods. */
export async function pushStandardImages(layout: ClusterLayout): Promise<void> {
  const tool = await ensureProgram('cluster-tool');
  const push = (...pushArguments: string[]) => run(insideNetwork(layout, [tool, 'push', ...pushArguments]));
  await waitFor('the image registry', async () => {
    await run(insideNetwork(layout, ['busybox', 'wget', '-q', '-O', '/dev/null', `http://${addresses.registry}/v2/`]));
    return true as const;
  });
  const repository = `${addresses.registry}/library`;
  await push(`--to=${repository}/pause:local`, '--command=/pause', `/pause=${await ensureProgram('pause')}`);
  const applets = (await run(['busybox', '--list-full'])).trim().split('\n');
  const links = applets.filter((path) => path !== 'bin/busybox').map((path) => `/${path}@/bin/busybox`);
  await push(`--to=${repository}/busybox:latest`, '--command=sh', '/tmp/', '/bin/busybox=/bin/busybox', ...links);
}
