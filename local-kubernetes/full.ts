import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { ApiServerAccess } from './control-plane/api-server-client.ts';
import { installCertManager } from './cert-manager.ts';
import { ensureCgroup } from './node/cgroups.ts';
import { clusterLayout, fullControlPlane, type ClusterLayout } from './cluster-layout.ts';
import { checkProfile, readClusterState, writeClusterState } from './cluster-state.ts';
import { writeControlPlaneFiles } from './control-plane/control-plane-files.ts';
import { fullClients, fullCommand, fullProgramNames, type FullProgramName } from './programs/full-programs.ts';
import { writeKubeconfig } from './control-plane/kubeconfig.ts';
import { withLock } from './lock.ts';
import { prepareMachine } from './node/machine.ts';
import { ensureNetwork, insideNetwork } from './node/network.ts';
import { writeNodeFiles } from './node/node-files.ts';
import { isReady, waitForApiServer, waitForContainerd } from './node/readiness.ts';
import { findFreePorts } from './ports.ts';
import { endProcesses, findProcesses, startDetached } from './processes/detached-programs.ts';
import { ensureProgram } from './programs/programs.ts';
import { printProgress, reportProgress, type Progress } from './progress.ts';
import { run, type RunOptions } from './run.ts';
import { pushStandardImages } from './images/standard-images.ts';
import { waitFor } from './wait-for.ts';

/** A real Kubernetes with one node, cluster DNS, an image registry and cert-manager, in its own network namespace. */
export interface FullCluster {
  /** Path of a kubeconfig with all permissions. It works outside the network namespace. */
  kubeconfig: string;
  /** `https://127.0.0.1:PORT` */
  server: string;
  /** Name of the network namespace in which Pods and Services can be reached. */
  netns: string;
  layout: ClusterLayout;
  /** Runs a command in the network namespace, and waits until it exits. */
  runInside(command: readonly string[], options?: RunOptions): Promise<string>;
  /** Stops a program, as in a crash: without `kube-apiserver` there is an outage, without `kubelet` a lost node. */
  stopProgram(name: FullProgramName): Promise<void>;
  /** Starts a stopped program, and waits until the cluster is ready again. */
  startProgram(name: FullProgramName): Promise<void>;
}

/**
 * Starts this checkout's cluster, or repairs it if parts of it are missing. It keeps running when this process exits.
 *
 * @throws if the machine cannot run it; the message lists what is missing and what to do instead.
 */
export async function ensureFullCluster(progress: Progress = printProgress): Promise<FullCluster> {
  const layout = clusterLayout();
  await prepareMachine(progress);
  await ensurePrograms(progress);
  const lock = join(layout.directory, 'lock');
  return withLock(
    lock,
    () => bringUp(layout, progress),
    () => {
      progress('waiting for another process that starts or removes this cluster');
    },
  );
}

/** Builds one program after another: parallel builds would only slow each other down. */
async function ensurePrograms(progress: Progress): Promise<void> {
  for (const name of ['kubelet', 'cluster-tool', 'pause', 'coredns', 'cert-manager'] as const) {
    await ensureProgram(name, progress);
  }
}

async function bringUp(layout: ClusterLayout, progress: Progress): Promise<FullCluster> {
  const outsidePort = await ensureFiles(layout);
  const access: ApiServerAccess = {
    server: `https://127.0.0.1:${outsidePort}`,
    certificates: join(layout.directory, 'pki'),
  };
  const start = (names: readonly FullProgramName[]) => startMissing(layout, names, outsidePort);
  const waitUntilReady = (what: string, options?: { timeoutMilliseconds: number }) =>
    waitFor(what, async () => ((await isReady(layout, access)) ? true : undefined), options);
  await ensureNetwork(layout);
  await ensureCgroup(layout.cgroup);
  await mkdir(layout.runDirectory, { recursive: true });
  await mkdir(layout.nodeDirectory, { recursive: true });
  if ((await start(fullProgramNames.slice(0, 6))) > 0 || !(await isReady(layout, access))) {
    await reportProgress(progress, `starting Kubernetes in network namespace ${layout.netns}`, async (note) => {
      note('waiting for the API server');
      await Promise.all([waitForApiServer(access), waitForContainerd(layout), pushStandardImages(layout)]);
      note('waiting for the node, cluster DNS and cert-manager');
      await start(fullProgramNames.slice(6, -1));
      await installCertManager(layout);
      await start(['cert-manager']);
      await waitUntilReady('a ready cluster', { timeoutMilliseconds: 120_000 });
    });
  }
  await start(fullProgramNames);
  return {
    kubeconfig: layout.kubeconfig,
    server: access.server,
    netns: layout.netns,
    layout,
    runInside: (command, options) => run(insideNetwork(layout, command), options),
    stopProgram: (name) => stopProgram(layout, name),
    startProgram: async (name) => {
      await start([name]);
      await waitUntilReady(`a ready cluster after ${name} started`);
    },
  };
}

/** Writes certificates and configuration if they are missing. Returns the port of the API server on 127.0.0.1. */
async function ensureFiles(layout: ClusterLayout): Promise<number> {
  const state = await readClusterState(layout.directory);
  checkProfile(state, 'full');
  if (state?.ports[0] !== undefined) {
    await writeNodeFiles(layout);
    return state.ports[0];
  }
  const [port = 0] = await findFreePorts(1);
  await mkdir(layout.directory, { recursive: true });
  await writeControlPlaneFiles(fullControlPlane(layout), { moreClients: fullClients });
  await writeNodeFiles(layout);
  const certificates = join(layout.directory, 'pki');
  const server = `https://127.0.0.1:${port}`;
  await writeKubeconfig({ path: layout.kubeconfig, server, certificates, client: 'admin' });
  await writeClusterState(layout.directory, { profile: 'full', ports: [port] });
  return port;
}

/** Starts the programs that are not running. Returns how many it started. */
async function startMissing(layout: ClusterLayout, names: readonly FullProgramName[], port: number): Promise<number> {
  const processes = await findProcesses(layout.directory);
  const running = new Set(processes.filter(({ main }) => main).map(({ name }) => name));
  const missing = names.filter((name) => !running.has(name));
  for (const name of missing) {
    const logFile = join(layout.directory, 'logs', `${name}.log`);
    const command = await fullCommand(layout, name, port);
    await startDetached({ cluster: layout.directory, name, command, logFile });
  }
  return missing.length;
}

async function stopProgram(layout: ClusterLayout, name: FullProgramName): Promise<void> {
  const processes = await findProcesses(layout.directory);
  const main = processes.filter((found) => found.main && found.name === name);
  await endProcesses(
    main.map(({ pid }) => pid),
    1_000,
  );
}
