import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { printProgress, reportProgress, type Progress } from '../progress.ts';
import { run } from '../run.ts';

/** What the full profile uses of the machine, and the Debian package that brings it. */
const needed: readonly { file: string; package: string }[] = [
  { file: 'containerd', package: 'containerd' },
  { file: 'runc', package: 'runc' },
  { file: '/usr/lib/cni/ptp', package: 'containernetworking-plugins' },
  { file: 'buildah', package: 'buildah' },
  { file: 'debootstrap', package: 'debootstrap' },
  { file: '/bin/busybox', package: 'busybox-static' },
  { file: 'nft', package: 'nftables' },
  { file: 'ip', package: 'iproute2' },
  { file: 'nsenter', package: 'util-linux' },
];

const alternatives = [
  'What you can do instead:',
  '  npm run cluster:up -- --profile control-plane   an API server without nodes (Linux, no root)',
  '  kind create cluster                             or any other cluster, with cert-manager in it; then',
  '  npm run demo -- --context kind-kind',
].join('\n');

/** Why the full profile cannot run here, one sentence each; empty if it can. */
export async function whyNoFullProfile(): Promise<string[]> {
  if (process.platform !== 'linux') return [`it needs Linux, this is ${process.platform}`];
  const reasons: string[] = [];
  if (process.getuid?.() !== 0) reasons.push('it needs root (network namespaces, containerd); run it with sudo');
  if (await isThere('/var/lib/kubelet/config.yaml')) {
    reasons.push(
      'it is a node of another Kubernetes (/var/lib/kubelet/config.yaml), which a second kubelet would disturb',
    );
  }
  const missing = await missingPackages();
  if (missing.length > 0 && !(await isThere('apt-get'))) {
    reasons.push(`these are missing and there is no apt-get to install them: ${missing.join(', ')}`);
  }
  return reasons;
}

/** Installs what is missing. @throws if the full profile cannot run on this machine, with what to do instead. */
export async function prepareMachine(progress: Progress = printProgress): Promise<void> {
  const reasons = await whyNoFullProfile();
  if (reasons.length > 0) {
    const list = reasons.map((reason) => `  - ${reason}`).join('\n');
    throw new Error(`The full local Kubernetes cannot run on this machine:\n${list}\n${alternatives}`);
  }
  const packages = await missingPackages();
  if (packages.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await reportProgress(progress, `apt-get install ${packages.join(' ')}`, async (note) => {
    await run(['apt-get', 'update', '-qq'], { env });
    note('downloading and unpacking');
    await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  });
}

async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const { file, package: name } of needed) if (!(await isThere(file))) missing.push(name);
  return missing;
}

async function isThere(file: string): Promise<boolean> {
  const folders = file.startsWith('/') ? [''] : [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  for (const folder of folders) {
    const found = await access(join(folder, file)).then(
      () => true,
      () => false,
    );
    if (found) return true;
  }
  return false;
}
