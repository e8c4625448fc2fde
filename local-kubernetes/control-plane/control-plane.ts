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
  /** Everything it writes is in here; data of an earlier start in the same folder is taken up again. */
  directory: string;
  /** Further flags of kube-apiserver; they win over the usual ones. */
  apiServerFlags?: string[];
  /** Whether kube-controller-manager runs (Jobs get Pods and statuses, owners are honoured); it does by default. */
  controllerManager?: boolean;
  /** Further flags of kube-controller-manager. */
  controllerManagerFlags?: string[];
  /** Whether kwok runs: Pods of the Nodes that a test makes run, and succeed at once if a Job owns them. */
  fakeNodes?: boolean;
  /** Requests of everybody but the control plane itself go to {@link ControlPlane.auditLog}. */
  audit?: AuditLevel;
  /** More users, each with all rights and a kubeconfig `NAME.kubeconfig` in the folder, so that the audit log tells them apart. */
  users?: readonly string[];
}

/** A real kube-apiserver with etcd and controllers, but no real nodes: Pods are made and stay Pending. */
export interface ControlPlane {
  /** Path of a kubeconfig that may do everything. */
  kubeconfig: string;
  /** `https://127.0.0.1:PORT`; the same after a restart. */
  server: string;
  directory: string;
  /** Where the audit log is, if there is one: a line of JSON an event. */
  auditLog: string;
  /** Ends all programs; the files stay. */
  stop(): Promise<void>;
  /** Ends the API server, as an outage: connections break. etcd keeps running. */
  stopApiServer(): Promise<void>;
  /** Starts the API server again; resolves when it is ready. */
  startApiServer(): Promise<void>;
  restartApiServer(): Promise<void>;
  /** Ends etcd with SIGKILL and starts it again on its data; the API server stays, and finds it again. */
  restartEtcd(): Promise<void>;
  /** Forgets all versions but the present ones: watches that start from older ones are answered with 410 Gone. */
  compactEtcd(): Promise<void>;
  /** How many bytes etcd uses for all that it has not forgotten. */
  etcdBytesInUse(): Promise<number>;
  /** Freezes the API server: connections stay open and nothing is answered. */
  pauseApiServer(): void;
  resumeApiServer(): void;
  /** Freezes the controllers, so that Jobs and statuses stay as they are. */
  pauseControllerManager(): void;
  resumeControllerManager(): void;
}

/**
 * Starts a control plane on free ports of 127.0.0.1; needs no root, and takes seconds once its programs are built. Any
 * number can run at a time. They end with this process, even if it is killed.
 *
 * @throws with the end of the log if one of its programs fails.
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
    etcd: await newComponent('etcd', layout, etcdArguments(layout)),
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

/** Clients before their servers. */
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
