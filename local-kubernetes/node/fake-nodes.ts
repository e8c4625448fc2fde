import { join } from 'node:path';
import type { ControlPlaneLayout } from '../control-plane/control-plane-arguments.ts';
import { moduleDirectory } from '../programs/programs.ts';

const STAGES = ['node/fast/node-initialize', 'pod/fast/pod-ready', 'pod/fast/pod-complete', 'pod/fast/pod-delete'];

/** Flags of kwok, with the stages of its release. They take nodes and Pods from state to state without delay. */
export async function fakeNodesArguments({ directory }: ControlPlaneLayout): Promise<string[]> {
  const stages = join(await moduleDirectory('sigs.k8s.io/kwok'), 'kustomize', 'stage');
  return [
    `--kubeconfig=${join(directory, 'admin.kubeconfig')}`,
    ...STAGES.map((stage) => `--config=${join(stages, `${stage}.yaml`)}`),
    '--manage-all-nodes',
    '--node-lease-duration-seconds=40', // otherwise the node controller considers the node lost
  ];
}
