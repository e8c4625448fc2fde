import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export type Profile = 'full' | 'control-plane';

/** What must stay the same from one `up` to the next. Everything else is derived from the folder's path. */
export interface ClusterState {
  profile: Profile;
  /** Ports on 127.0.0.1: of the API server, etcd and etcd's peers. The full profile has only the first. */
  ports: number[];
}

const stateFile = (directory: string) => join(directory, 'cluster.json');

/** `undefined` if there is no cluster, or if its files are not complete. */
export async function readClusterState(directory: string): Promise<ClusterState | undefined> {
  try {
    return JSON.parse(await readFile(stateFile(directory), 'utf8')) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Written atomically, after all certificates and files exist. */
export async function writeClusterState(directory: string, state: ClusterState): Promise<void> {
  const partial = `${stateFile(directory)}.partial`;
  await writeFile(partial, `${JSON.stringify(state)}\n`);
  await rename(partial, stateFile(directory));
}

/** @throws if the folder contains a cluster of another profile. */
export function checkProfile(state: ClusterState | undefined, profile: Profile): void {
  if (state === undefined || state.profile === profile) return;
  throw new Error(`this checkout has a cluster of profile ${state.profile}; remove it first: npm run cluster:down`);
}
