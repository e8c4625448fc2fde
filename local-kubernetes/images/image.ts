import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ensureBaseImage } from './base-image.ts';
import { buildah, imagesDirectory } from './buildah.ts';
import { addresses, clusterLayout } from '../cluster-layout.ts';
import { hashInputs } from './image-inputs.ts';
import { withLock } from '../lock.ts';
import { prepareMachine } from '../node/machine.ts';
import { removeMounts } from '../node/mounts.ts';
import { insideNetwork } from '../node/network.ts';
import { ensureProgram } from '../programs/programs.ts';
import { printProgress, reportProgress, type Progress } from '../progress.ts';
import { run } from '../run.ts';
import { tidy } from '../programs/tidy.ts';

export interface BuiltImage {
  /** Changes with the content that the image is built from. */
  tag: string;
  /** `repository:tag`, as in the spec of a Pod. */
  image: string;
}

/**
 * Builds the image of a Dockerfile with buildah, and pushes it to the registry of this checkout's cluster, which must be
 * up. If the same content was built before, that image is pushed again.
 *
 * @param options.context folder with the Dockerfile
 * @param options.repository name in the cluster's registry, which replaces docker.io: `hematoscope/job-template-run`
 */
export async function buildImage(options: {
  context: string;
  repository: string;
  progress?: Progress;
}): Promise<BuiltImage> {
  const { context, repository, progress = printProgress } = options;
  await prepareMachine(progress);
  await mkdir(imagesDirectory(), { recursive: true });
  const lock = join(imagesDirectory(), 'lock');
  const waiting = () => {
    progress('waiting for another process that builds an image');
  };
  const { tag, layout } = await withLock(lock, () => ensureImage(context, progress), waiting);
  const image = `${repository}:${tag}`;
  const push = [
    await ensureProgram('cluster-tool'),
    'push',
    `--layout=${layout}`,
    `--to=${addresses.registry}/${image}`,
  ];
  await run(insideNetwork(clusterLayout(), push));
  return { tag, image };
}

/** Returns the tag of the image, and its folder (an OCI image layout). */
async function ensureImage(context: string, progress: Progress): Promise<{ tag: string; layout: string }> {
  await removeLeftovers();
  const base = await ensureBaseImage(progress);
  const tag = await hashInputs(context, base);
  const layout = join(imagesDirectory(), `image-${tag}`);
  if (await exists(layout)) {
    await utimes(layout, new Date(), new Date()); // in use: `tidy` leaves it
  } else {
    await reportProgress(progress, 'building the image from the Dockerfile', (note) => build(context, layout, note));
  }
  return { tag, layout };
}

/** Removes the work folders of builds that were killed. The caller holds the lock, so no other build is running. */
async function removeLeftovers(): Promise<void> {
  for (const entry of await readdir(imagesDirectory())) {
    if (!/^(?:base|build)-/.test(entry)) continue;
    const folder = join(imagesDirectory(), entry);
    await removeMounts([folder]); // debootstrap mounts /proc
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(context: string, layout: string, note: (detail: string) => void): Promise<void> {
  await buildah(['rm', '--all']); // left behind by a build that was killed
  const scratch = await mkdtemp(join(imagesDirectory(), 'build-'));
  const image = 'localhost/job-template-run:build';
  try {
    const volumes = (await buildTimeFiles(scratch)).flatMap(({ host, inside }) => ['--volume', `${host}:${inside}:ro`]);
    const options = ['--isolation=chroot', '--pull-never', '--format=oci', '--timestamp=0', ...volumes];
    await buildah(['bud', ...options, '--tag', image, '--file', join(context, 'Dockerfile'), context], {
      onLine: (line) => {
        if (line.includes('STEP ')) note(line);
      },
    });
    note('writing the image');
    await buildah(['push', '--quiet', image, `oci:${join(scratch, 'layout')}:build`]);
    await rename(join(scratch, 'layout'), layout);
    await tidy(imagesDirectory(), 'image-');
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/**
 * Files with which npm inside the build uses the same registry, credentials and certificate authorities as outside. They
 * are mounted during the build, and are not part of the image.
 */
async function buildTimeFiles(scratch: string): Promise<{ host: string; inside: string }[]> {
  const inside = '/etc/ssl/certs/ca-certificates.crt';
  const authorities = [process.env['NODE_EXTRA_CA_CERTS'], process.env['SSL_CERT_FILE'], inside];
  const npmrc = [await readFile(join(homedir(), '.npmrc'), 'utf8').catch(() => '')];
  npmrc.push(`registry=${(await run(['npm', 'config', 'get', 'registry'])).trim()}`);
  const files = [{ host: join(scratch, 'npmrc'), inside: '/root/.npmrc' }];
  for (const host of authorities) {
    if (host === undefined || !(await exists(host))) continue;
    npmrc.push(`cafile=${inside}`);
    files.push({ host, inside });
    break;
  }
  await writeFile(join(scratch, 'npmrc'), `${npmrc.join('\n')}\n`, { mode: 0o600 });
  return files;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
