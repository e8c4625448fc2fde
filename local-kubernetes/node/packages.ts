import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** What a real node uses of the machine, and the Debian package that brings it. */
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

/** The Debian packages that a real node needs and that are not installed. */
export async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const { file, package: name } of needed) if (!(await isInstalled(file))) missing.push(name);
  return missing;
}

/** Whether there is such a file; a name without a folder is a program on the PATH. */
export async function isInstalled(file: string): Promise<boolean> {
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
