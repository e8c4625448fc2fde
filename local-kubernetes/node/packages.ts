import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';

/** The files that a real node needs, and the Debian package of each. */
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

/** The Debian packages that a real node needs and the machine lacks. */
export async function missingPackages(): Promise<string[]> {
  const missing: string[] = [];
  for (const { file, package: name } of needed) if (!(await isInstalled(file))) missing.push(name);
  return missing;
}

/** Whether the file exists. A name without a folder is a program on the PATH. */
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
