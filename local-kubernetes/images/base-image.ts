import { appendFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { buildah, imagesDirectory } from './buildah.ts';
import { removeMounts } from '../node/mounts.ts';
import { repositoryDirectory } from '../paths.ts';
import { reportProgress, type Progress } from '../progress.ts';
import { run } from '../run.ts';

/** The base image of our Dockerfile. It is built here, because no registry is used. */
const name = 'docker.io/library/node:24-bookworm-slim';
const debianRelease = 'bookworm';
const npmVersion = '11';

/** What Debian's own slim images leave out. */
const leftOut = [
  'usr/share/doc',
  'usr/share/man',
  'usr/share/info',
  'usr/share/locale',
  'var/cache/apt',
  'var/lib/apt/lists',
];

/**
 * Builds the base image of our Dockerfile once, from the same parts as the original: Debian (debootstrap, minbase), Node
 * 24 (this project's dev dependency) and npm. Returns a key that changes with the content of the image.
 */
export async function ensureBaseImage(progress: Progress): Promise<string> {
  const nodeVersion = await installedNodeVersion();
  const key = `${debianRelease}-node${nodeVersion}-npm${npmVersion}`;
  const marked = `localhost/job-template-run-base:${key}`;
  const present = await buildah(['images', '--format', '{{.Name}}:{{.Tag}}']);
  if (!present.split('\n').includes(marked)) {
    await reportProgress(progress, `building a replacement for ${name}`, async (note) => {
      const root = await mkdtemp(join(imagesDirectory(), 'base-'));
      try {
        await fillRoot(root, note);
        note('committing the image');
        await commitRoot(root, marked, nodeVersion);
      } finally {
        await removeMounts([root]);
        await rm(root, { recursive: true, force: true });
      }
    });
  }
  await buildah(['tag', marked, name]);
  return key;
}

async function installedNodeVersion(): Promise<string> {
  const path = join(repositoryDirectory, 'node_modules', 'node', 'package.json');
  return (JSON.parse(await readFile(path, 'utf8')) as { version: string }).version;
}

async function fillRoot(root: string, note: (detail: string) => void): Promise<void> {
  note(`debootstrap ${debianRelease}`);
  await run(['debootstrap', '--variant=minbase', debianRelease, root]);
  for (const folder of leftOut) await rm(join(root, folder), { recursive: true, force: true });
  note('adding Node and npm');
  const local = join(root, 'usr', 'local');
  await mkdir(join(local, 'bin'), { recursive: true });
  const node = join(repositoryDirectory, 'node_modules', 'node', 'bin', 'node');
  await run(['cp', '--dereference', node, join(local, 'bin', 'node')]);
  await run(['npm', 'install', '--global', '--prefix', local, '--no-audit', '--no-fund', `npm@${npmVersion}`], {
    cwd: root,
  });
  await appendFile(join(root, 'etc', 'passwd'), 'node:x:1000:1000::/home/node:/bin/bash\n');
  await appendFile(join(root, 'etc', 'group'), 'node:x:1000:\n');
}

async function commitRoot(root: string, tag: string, nodeVersion: string): Promise<void> {
  const container = (await buildah(['from', 'scratch'])).trim();
  await buildah(['copy', '--quiet', container, root, '/']);
  const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  await buildah([
    'config',
    '--env',
    `PATH=${path}`,
    '--env',
    `NODE_VERSION=${nodeVersion}`,
    '--cmd',
    'node',
    container,
  ]);
  await buildah(['commit', '--quiet', '--rm', container, tag]);
}
