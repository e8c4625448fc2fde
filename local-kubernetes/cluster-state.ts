import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Profile = 'full' | 'control-plane';

/** What must stay the same from one `up` to the next; all else follows from the folder's path. */
export interface ClusterState {
  profile: Profile;
  /** Ports of 127.0.0.1, for the control-plane profile: API server, etcd, etcd's peers; for full only the first. */
  ports: number[];
}

const stateFile = (directory: string) => join(directory, 'cluster.json');

/** `undefined` where no cluster was made, or not so far that its files are complete. */
export async function readClusterState(directory: string): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written once all certificates and files are there, and in one go. */
export async function writeClusterState(directory: string, state: ClusterState): Promise<void> {
  const partial = `${stateFile(directory)}.partial`;
  await writeFile(partial, `${JSON.stringify(state)}\n`);
  await rename(partial, stateFile(directory));
}

/** @throws if the folder holds a cluster of another profile. */
export function checkProfile(state: ClusterState | undefined, profile: Profile): void {
  if (state === undefined || state.profile === profile) return;
  throw new Error(`a cluster of profile ${state.profile} is here; remove it first: npm run cluster:down`);
}
