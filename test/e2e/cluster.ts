import { mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFullCluster } from '../../local-kubernetes/full.ts';
import { ensureProgram } from '../../local-kubernetes/programs/programs.ts';
import { repositoryDirectory, stateDirectory } from '../../local-kubernetes/paths.ts';
import { buildImage } from '../../local-kubernetes/images/image.ts';
import { execute, type Executed } from './execute.ts';

/** The name of the image under test inside the cluster. */
export const imageRepository = 'hematoscope/job-template-run';

/** A real cluster with our image in its registry, and the programs that a user has. */
export interface Cluster {
  kubeconfig: string;
  /** Tag of the image that was built from this checkout. */
  imageTag: string;
  /** Runs kubectl and returns its output. @throws on a non-zero exit code. */
  kubectl: (...args: string[]) => Promise<string>;
  /** Applies a manifest given as text. Never throws if it is denied: check `code` and `stderr`. */
  apply: (manifest: string, ...args: string[]) => Promise<Executed>;
  helm: (...args: string[]) => Promise<string>;
  environment: NodeJS.ProcessEnv;
  kubectlPath: string;
  /** A folder for the files of this test file. */
  scratch: string;
}

/**
 * Starts the full cluster (or reuses it), builds the image and pushes it. Takes minutes the first time, seconds later.
 */
export async function useCluster(): Promise<Cluster> {
  const full = await ensureFullCluster();
  const image = await buildImage({ context: repositoryDirectory, repository: imageRepository });
  const [kubectlPath, helmPath] = await Promise.all([ensureProgram('kubectl'), ensureProgram('helm')]);
  const base = join(stateDirectory, 'e2e');
  mkdirSync(base, { recursive: true });
  const scratch = mkdtempSync(join(base, 'run-'));
  const environment = {
    ...process.env,
    KUBECONFIG: full.kubeconfig,
    HELM_CACHE_HOME: join(scratch, 'helm-cache'),
    HELM_CONFIG_HOME: join(scratch, 'helm-config'),
    HELM_DATA_HOME: join(scratch, 'helm-data'),
  };
  const must = async (program: string, args: string[]) => {
    const done = await execute([program, ...args], { env: environment });
    if (done.code !== 0)
      throw new Error(`${program} ${args.join(' ')} ended with ${done.code}:\n${done.stderr}\n${done.stdout}`);
    return done.stdout;
  };
  return {
    kubeconfig: full.kubeconfig,
    imageTag: image.tag,
    environment,
    kubectlPath,
    scratch,
    kubectl: (...args) => must(kubectlPath, args),
    helm: (...args) => must(helmPath, args),
    apply: (manifest, ...args) =>
      execute([kubectlPath, 'apply', '-f', '-', ...args], { env: environment, input: manifest }),
  };
}
