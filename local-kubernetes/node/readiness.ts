import { connect } from 'node:net';
import { certManagerPath } from '../cert-manager.ts';
import { addresses, nodeName, type ClusterLayout } from '../cluster-layout.ts';
import { answersOk, askApiServer, type ApiServerAccess } from '../control-plane/api-server-client.ts';
import { run } from '../run.ts';
import { waitFor } from '../wait-for.ts';
import { insideNetwork } from './network.ts';
import { nodeFiles } from './node-files.ts';

export async function waitForApiServer(access: ApiServerAccess): Promise<void> {
  await waitFor('the API server', () => answersOk(access, '/readyz'));
}

export function waitForContainerd(layout: ClusterLayout): Promise<true> {
  const connects = () =>
    new Promise<true>((resolve, reject) => {
      const socket = connect(nodeFiles(layout).containerdSocket, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', reject);
    });
  return waitFor('containerd', connects);
}

/** True if Pods can start, cluster DNS answers, and cert-manager's CRDs are installed. */
export async function isReady(layout: ClusterLayout, access: ApiServerAccess): Promise<boolean> {
  try {
    const [node, account, certManager] = await Promise.all([
      askApiServer(access, `/api/v1/nodes/${nodeName}`),
      askApiServer(access, '/api/v1/namespaces/default/serviceaccounts/default'),
      askApiServer(access, certManagerPath),
    ]);
    if (account.status !== 200 || certManager.status !== 200 || !isNodeReady(node.body)) return false;
    await run(
      insideNetwork(layout, ['busybox', 'wget', '-q', '-O', '/dev/null', `http://${addresses.node}:8181/ready`]),
    );
    return true;
  } catch {
    return false; // usually a program that does not answer yet
  }
}

/** @param text a Node in JSON, as the API server returns it */
export function isNodeReady(text: string): boolean {
  const node = JSON.parse(text) as { status?: { conditions?: { type: string; status: string }[] } };
  return node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
}
