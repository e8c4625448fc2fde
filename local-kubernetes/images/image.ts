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
  /** `repository:tag`, as a Pod names it. */
  image: string;
}

/**
 * Builds the image of a Dockerfile with buildah and pushes it into the registry of this checkout's cluster, which must
 * be up. What was built before from the same content is only pushed.
 *
 * @param options.context folder with the Dockerfile
 * @param options.repository name in the registry that stands in for docker.io, such as `hematoscope/job-template-run`
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

/** Gives the folder of the image, in the layout of the OCI. */
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

/** Whoever holds the lock is the only one at work here, so folders of work are those of a process that was killed. */
async function removeLeftovers(): Promise<void> {
  for (const entry of await readdir(imagesDirectory())) {
    if (!/^(?:base|build)-/.test(entry)) continue;
    const folder = join(imagesDirectory(), entry);
    await removeMounts([folder]); // debootstrap mounts /proc
    await rm(folder, { recursive: true, force: true });
  }
}

async function build(context: string, layout: string, note: (detail: string) => void): Promise<void> {
  await buildah(['rm', '--all']); // what a build that was killed left behind
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
 * Lets npm reach its registry from inside the build as it does from outside (registry, credentials, certificate
 * authorities), as files that are there during the build only and leave no trace in the image.
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
