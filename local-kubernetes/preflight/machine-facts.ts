import { access, readFile } from 'node:fs/promises';
import { isInstalled, missingPackages } from '../node/packages.ts';
import { sourceDirectory } from '../paths.ts';
import { run } from '../run.ts';
import type { MachineFacts } from './problems.ts';

/** Numbers of the Linux capabilities that a real node needs, as in `linux/capability.h`. */
const CAPABILITIES = { CAP_NET_ADMIN: 12, CAP_SYS_ADMIN: 21 };

/** Reads what the machine has. Changes nothing. */
export async function readMachineFacts(): Promise<MachineFacts> {
  const [go, processStatus, packages, hasApt, isNode, hasPythonVenv, hasTmux] = await Promise.all([
    goVersion(),
    readFile('/proc/self/status', 'utf8').catch(() => ''),
    missingPackages(),
    isInstalled('apt-get'),
    succeeds(access('/var/lib/kubelet/config.yaml')),
    succeeds(run(['python3', '-c', 'import venv, ensurepip'])),
    isInstalled('tmux'),
  ]);
  return {
    platform: process.platform,
    arch: process.arch,
    node: process.versions.node,
    go,
    isRoot: process.getuid?.() === 0,
    missingCapabilities: missingCapabilities(processStatus),
    missingPackages: packages,
    hasApt,
    isNode,
    hasPythonVenv,
    hasTmux,
  };
}

/** From the text of `/proc/self/status`. Empty if the text does not list capabilities. */
export function missingCapabilities(processStatus: string): string[] {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(processStatus)?.[1];
  if (mask === undefined) return [];
  return Object.entries(CAPABILITIES)
    .filter(([, bit]) => ((BigInt(`0x${mask}`) >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
}

/**
 * The version of Go in the folder of `go.mod`: Go can download and run the version that `go.mod` requires. If Go must
 * not do this, or is too old for it, the installed version.
 */
async function goVersion(): Promise<string | undefined> {
  const read = async (env: NodeJS.ProcessEnv, cwd: string) =>
    (await run(['go', 'env', 'GOVERSION'], { env, cwd })).trim().replace(/^go/, '');
  const installed = () => read({ ...process.env, GOTOOLCHAIN: 'local' }, '/');
  return read(process.env, sourceDirectory)
    .catch(installed)
    .catch(() => undefined);
}

const succeeds = (attempt: Promise<unknown>): Promise<boolean> =>
  attempt.then(
    () => true,
    () => false,
  );
