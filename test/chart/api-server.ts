import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startControlPlane, type ControlPlane } from '../../local-kubernetes/control-plane/control-plane.ts';
import { stateDirectory } from '../../local-kubernetes/paths.ts';
import { ensureProgram, moduleDirectory } from '../../local-kubernetes/programs/programs.ts';
import { run } from '../../local-kubernetes/run.ts';
import { helm } from './helm.ts';

/** A real API server without nodes, with kubectl and helm that talk to it. */
export interface ChartCluster {
  controlPlane: ControlPlane;
  /** Resolves to stdout. Rejects with stderr of kubectl. */
  kubectl: (command: string[], input?: string) => Promise<string>;
  /** Warnings that the API server sent since the last call, line by line. */
  takeWarnings: () => string[];
  helm: (command: string[], values?: object) => Promise<string>;
  stop: () => Promise<void>;
}

export async function startChartCluster(): Promise<ChartCluster> {
  mkdirSync(stateDirectory, { recursive: true });
  const directory = mkdtempSync(join(stateDirectory, 'chart-'));
  const controlPlane = await startControlPlane({ directory });
  const environment = {
    KUBECONFIG: controlPlane.kubeconfig,
    HELM_CACHE_HOME: join(directory, 'helm-cache'),
    HELM_CONFIG_HOME: join(directory, 'helm-config'),
    HELM_DATA_HOME: join(directory, 'helm-data'),
  };
  const kubectl = await ensureProgram('kubectl');
  let warnings: string[] = [];
  return {
    controlPlane,
    kubectl: (command, input) =>
      run([kubectl, ...command], {
        env: { ...process.env, ...environment },
        ...(input === undefined ? {} : { input }),
        onLine: (line) => {
          if (line.startsWith('Warning:')) warnings.push(line);
        },
      }),
    takeWarnings: () => {
      const taken = warnings;
      warnings = [];
      return taken;
    },
    helm: (command, values) => helm(command, values, environment),
    stop: async () => {
      await controlPlane.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The folder of cert-manager's CustomResourceDefinitions, at the version that the local cluster runs. */
export const certManagerCrds = async (): Promise<string> =>
  join(await moduleDirectory('github.com/cert-manager/cert-manager'), 'deploy', 'crds');
