import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { answersOk } from './api-server-client.ts';
import { auditArguments, auditLogOf, type AuditLevel } from './audit-policy.ts';
import { Component } from '../processes/component.ts';
import {
  apiServerArguments,
  certificatesOf,
  controllerManagerArguments,
  etcdArguments,
  serverOf,
  type ControlPlaneLayout,
} from './control-plane-arguments.ts';
import { writeControlPlaneFiles } from './control-plane-files.ts';
import { compactEtcd, etcdBytesInUse } from './etcd.ts';
import { fakeNodesArguments } from '../node/fake-nodes.ts';
import { findFreePorts } from '../ports.ts';
import { ensureProgram, type ProgramName } from '../programs/programs.ts';
import { waitFor } from '../wait-for.ts';

export interface ControlPlaneOptions {
  /** All files are in this folder. Data of an earlier start in the same folder is used again. */
  directory: string;
  /** Further flags of etcd. */
  etcdFlags?: readonly string[];
  /** Further flags of kube-apiserver. They take precedence over the usual ones. */
  apiServerFlags?: string[];
  /** Whether kube-controller-manager runs, for instance to create the Pods of Jobs. Default: true. */
  controllerManager?: boolean;
  /** Further flags of kube-controller-manager. */
  controllerManagerFlags?: string[];
  /** Whether kwok runs. Then Pods on Nodes that a test creates become Running, and Pods of Jobs succeed at once. */
  fakeNodes?: boolean;
  /** What {@link ControlPlane.auditLog} contains. Requests of the control plane itself are not logged. */
  audit?: AuditLevel;
  /**
   * More users, so that the audit log shows who sent a request. Each has all permissions, and a kubeconfig
   * `NAME.kubeconfig` in the folder.
   */
  users?: readonly string[];
}

/** A real kube-apiserver with etcd and controllers, but without real nodes: Pods are created and stay Pending. */
export interface ControlPlane {
  /** Path of a kubeconfig with all permissions. */
  kubeconfig: string;
  /** `https://127.0.0.1:PORT`; the same after a restart. */
  server: string;
  directory: string;
  /** Path of the audit log, if there is one. Each line is an event in JSON. */
  auditLog: string;
  /** Stops all programs. Deletes no files. */
  stop(): Promise<void>;
  /** Stops the API server, as in an outage: connections break. etcd keeps running. */
  stopApiServer(): Promise<void>;
  /** Starts the API server again; resolves when it is ready. */
  startApiServer(): Promise<void>;
  restartApiServer(): Promise<void>;
  /** Stops etcd with SIGKILL and starts it again with its data. The API server keeps running, and reconnects. */
  restartEtcd(): Promise<void>;
  /** Removes old versions of objects from etcd. A watch that starts from one of them gets 410 Gone. */
  compactEtcd(): Promise<void>;
  /** The size of etcd's data that is in use, in bytes. */
  etcdBytesInUse(): Promise<number>;
  /** Pauses the API server: connections stay open, and no request is answered. */
  pauseApiServer(): void;
  resumeApiServer(): void;
  /** Pauses the controllers: Jobs and their statuses do not change. */
  pauseControllerManager(): void;
  resumeControllerManager(): void;
}

/**
 * Starts a control plane on free ports of 127.0.0.1. It needs no root, and takes seconds once its programs are built.
 * Any number can run at the same time. They stop with this process, even if it is killed.
 *
 * @throws if one of its programs fails; the message contains the end of its log.
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<ControlPlane> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startOnFreePorts(options);
    } catch (error) {
      const portTaken = error instanceof Error && error.message.includes('address already in use');
      if (!portTaken || attempt === 3) throw error;
    }
  }
}

async function startOnFreePorts(options: ControlPlaneOptions): Promise<ControlPlane> {
  const layout = await newLayout(resolve(options.directory));
  await mkdir(layout.directory, { recursive: true });
  const moreClients = options.users?.map((name) => ({ name, commonName: name, organizations: ['system:masters'] }));
  await writeControlPlaneFiles(layout, moreClients && { moreClients });
  const components = await newComponents(layout, options);
  try {
    await startInOrder(layout, components, options);
  } catch (error) {
    await stopAll(components, 0);
    throw error;
  }
  return handle(layout, components);
}

interface Components {
  etcd: Component;
  apiServer: Component;
  controllers: Component;
  /** Absent without fake nodes. */
  kwok: Component | undefined;
}

async function newComponents(layout: ControlPlaneLayout, options: ControlPlaneOptions): Promise<Components> {
  const audit = options.audit === undefined ? [] : await auditArguments(layout, options.audit);
  const apiServerFlags = apiServerArguments(layout, [...audit, ...(options.apiServerFlags ?? [])]);
  const controllerFlags = controllerManagerArguments(layout, options.controllerManagerFlags);
  return {
    etcd: await newComponent('etcd', layout, [...etcdArguments(layout), ...(options.etcdFlags ?? [])]),
    apiServer: await newComponent('kube-apiserver', layout, apiServerFlags),
    controllers: await newComponent('kube-controller-manager', layout, controllerFlags),
    kwok: options.fakeNodes === true ? await newComponent('kwok', layout, await fakeNodesArguments(layout)) : undefined,
  };
}

async function startInOrder(
  layout: ControlPlaneLayout,
  components: Components,
  options: ControlPlaneOptions,
): Promise<void> {
  await components.etcd.start();
  await startApiServer(layout, components);
  if (options.controllerManager !== false) {
    await components.controllers.start();
    await waitUntilReady(layout, '/api/v1/namespaces/default/serviceaccounts/default', inStopOrder(components));
  }
  await components.kwok?.start();
}

async function startApiServer(layout: ControlPlaneLayout, { etcd, apiServer }: Components): Promise<void> {
  await apiServer.start();
  await waitUntilReady(layout, '/readyz', [etcd, apiServer]);
}

/** Clients stop before their servers. */
function inStopOrder({ etcd, apiServer, controllers, kwok }: Components): Component[] {
  return [...(kwok === undefined ? [] : [kwok]), controllers, apiServer, etcd];
}

async function stopAll(components: Components, graceMilliseconds?: number): Promise<void> {
  for (const component of inStopOrder(components)) await component.stop(graceMilliseconds);
}

function handle(layout: ControlPlaneLayout, components: Components): ControlPlane {
  const { etcd, apiServer, controllers } = components;
  const etcdServer = `http://127.0.0.1:${layout.etcdPort}`;
  return {
    kubeconfig: join(layout.directory, 'admin.kubeconfig'),
    server: serverOf(layout),
    directory: layout.directory,
    auditLog: auditLogOf(layout),
    stop: () => stopAll(components),
    stopApiServer: () => apiServer.stop(),
    startApiServer: () => startApiServer(layout, components),
    restartApiServer: async () => {
      await apiServer.stop();
      await startApiServer(layout, components);
    },
    restartEtcd: async () => {
      await etcd.stop(0);
      await etcd.start();
      await waitUntilReady(layout, '/readyz', [etcd, apiServer]);
    },
    compactEtcd: () => compactEtcd(etcdServer),
    etcdBytesInUse: () => etcdBytesInUse(etcdServer),
    pauseApiServer: () => {
      apiServer.pause();
    },
    resumeApiServer: () => {
      apiServer.resume();
    },
    pauseControllerManager: () => {
      controllers.pause();
    },
    resumeControllerManager: () => {
      controllers.resume();
    },
  };
}

async function newLayout(directory: string): Promise<ControlPlaneLayout> {
  const [apiServerPort = 0, etcdPort = 0, etcdPeerPort = 0] = await findFreePorts(3);
  return { directory, address: '127.0.0.1', apiServerPort, etcdPort, etcdPeerPort, serviceCidr: '10.96.0.0/16' };
}

async function newComponent(name: ProgramName, layout: ControlPlaneLayout, flags: string[]): Promise<Component> {
  const logFile = join(layout.directory, 'logs', `${name}.log`);
  return new Component({ name, program: await ensureProgram(name), arguments: flags, logFile });
}

async function waitUntilReady(layout: ControlPlaneLayout, path: string, components: Component[]): Promise<void> {
  const access = { server: serverOf(layout), certificates: certificatesOf(layout) };
  await waitFor(`${access.server}${path}`, () => answersOk(access, path), {
    failed: async () => (await Promise.all(components.map((component) => component.failure()))).find(Boolean),
  });
}
