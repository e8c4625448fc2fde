import { createHash } from 'node:crypto';
import { access, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { withLock } from '../lock.ts';
import { cacheDirectory, sourceDirectory } from '../paths.ts';
import { printProgress, reportProgress, type Progress } from '../progress.ts';
import { run } from '../run.ts';
import { tidy } from './tidy.ts';

interface Build {
  /** Whether the folder has a `go.mod` of its own; otherwise that of `local-kubernetes/` counts. */
  ownModules?: true;
  /** The Go module whose version the programs report. */
  module?: string;
  /** Package variables that contain the version. The linker sets them. */
  versionFlags?: (version: string) => string[];
  /** The names by which the binary is called. */
  programs: readonly string[];
  hint: string;
}

/** The folder of the oldest Kubernetes that is supported. */
const OLDEST = 'oldest-kubernetes';

/** Folders of `programs/` with a `main` package, and the programs that each provides. */
const builds: Readonly<Record<string, Build>> = {
  kubernetes: {
    module: 'k8s.io/kubernetes',
    versionFlags: kubernetesVersion,
    programs: [
      'etcd',
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubelet',
      'kube-proxy',
      'kubectl',
    ],
    hint: 'once per version; 5 to 10 minutes on 2 cores',
  },
  [OLDEST]: {
    ownModules: true,
    module: 'k8s.io/kubernetes',
    versionFlags: kubernetesVersion,
    programs: ['kube-apiserver', 'kube-controller-manager'],
    hint: 'once per version; 5 to 10 minutes on 2 cores',
  },
  helm: {
    module: 'helm.sh/helm/v4',
    versionFlags: (version) => [`helm.sh/helm/v4/internal/version.version=${version}`],
    programs: ['helm'],
    hint: 'once per version; 1 to 2 minutes on 2 cores',
  },
  'cert-manager': {
    module: 'github.com/cert-manager/cert-manager',
    versionFlags: (version) => [`github.com/cert-manager/cert-manager/pkg/util.AppVersion=${version}`],
    programs: ['cert-manager'],
    hint: 'once per version; 1 to 2 minutes on 2 cores',
  },
  dns: { programs: ['coredns'], hint: 'once per version; about a minute on 2 cores' },
  kwok: { programs: ['kwok'], hint: 'once per version; about a minute on 2 cores' },
  tool: { programs: ['cluster-tool'], hint: 'once; seconds' },
  pause: { programs: ['pause'], hint: 'once; seconds' },
};

export type ProgramName =
  | 'etcd'
  | 'kube-apiserver'
  | 'kube-controller-manager'
  | 'kube-scheduler'
  | 'kubelet'
  | 'kube-proxy'
  | 'kubectl'
  | 'helm'
  | 'cert-manager'
  | 'coredns'
  | 'kwok'
  | 'cluster-tool'
  | 'pause';

const found = new Map<string, Promise<string>>();

/**
 * The path of a program. The first call on a machine builds it from the Go modules pinned in `go.mod`.
 * Safe to call from several processes at once: one builds, the others wait.
 *
 * @throws if Go is missing or the build fails.
 */
export async function ensureProgram(name: ProgramName, progress: Progress = printProgress): Promise<string> {
  const folder = folderOf(name);
  if (folder === undefined) throw new Error(`no folder of local-kubernetes/programs/ builds ${name}`);
  const pending = found.get(folder) ?? ensureBuilt(folder, progress);
  found.set(folder, pending);
  try {
    return join(await pending, name);
  } catch (error) {
    found.delete(folder);
    throw error;
  }
}

/**
 * The folder of `programs/` that provides a program. With `KUBERNETES=oldest`, the control plane is the oldest that is
 * supported; etcd, kubectl and the programs of a node are always the newest.
 */
export function folderOf(name: ProgramName, environment: NodeJS.ProcessEnv = process.env): string | undefined {
  if (environment['KUBERNETES'] === 'oldest' && builds[OLDEST]?.programs.includes(name)) return OLDEST;
  return Object.keys(builds).find((key) => builds[key]?.programs.includes(name));
}

/** The folder of a Go module that is pinned in `go.mod`. For example, cert-manager's module contains its CRDs. */
export async function moduleDirectory(module: string): Promise<string> {
  await run(['go', 'mod', 'download', module], { cwd: sourceDirectory });
  return (await run(['go', 'list', '-m', '-f', '{{.Dir}}', module], { cwd: sourceDirectory })).trim();
}

async function ensureBuilt(folder: string, progress: Progress): Promise<string> {
  const programsDirectory = join(cacheDirectory(), 'programs');
  const directory = join(programsDirectory, `${folder}-${await contentHash(folder)}`);
  if (await exists(directory)) {
    await utimes(directory, new Date(), new Date()); // in use: `tidy` leaves it
    return directory;
  }
  const waiting = () => {
    progress(`waiting for another process that builds ${folder}`);
  };
  await withLock(
    join(programsDirectory, `${folder}.lock`),
    async () => {
      if (!(await exists(directory))) await build(folder, directory, progress);
    },
    waiting,
  );
  return directory;
}

/** Builds in a temporary folder and then renames it, so that no process uses an incomplete build. */
async function build(folder: string, directory: string, progress: Progress): Promise<void> {
  const source = builds[folder];
  if (source === undefined) throw new Error(`unknown folder ${folder}`);
  const programsDirectory = join(directory, '..');
  await mkdir(programsDirectory, { recursive: true });
  const partial = await mkdtemp(`${directory}.partial-`);
  try {
    progress(`${describe(folder, source)} must be built from Go modules: ${source.hint}`);
    await reportProgress(progress, `building ${folder}`, (note) => compile(folder, join(partial, folder), note));
    for (const name of source.programs) if (name !== folder) await symlink(folder, join(partial, name));
    await rename(partial, directory);
    await tidy(programsDirectory, `${folder}-`);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

const describe = (folder: string, { programs }: Build) =>
  programs.length > 1 ? `${folder} (${programs.join(', ')})` : (programs[0] ?? folder);

async function compile(folder: string, target: string, note: (detail: string) => void): Promise<void> {
  let packages = 0;
  const linkerFlags = (await versionVariables(folder)).map((variable) => `-X ${variable}`);
  await run(
    [
      'go',
      'build',
      '-v',
      '-trimpath',
      '-ldflags',
      ['-s -w', ...linkerFlags].join(' '),
      '-o',
      target,
      builds[folder]?.ownModules === true ? '.' : `./programs/${folder}`,
    ],
    {
      cwd: moduleOf(folder),
      env: { ...process.env, CGO_ENABLED: '0' },
      onLine: (line) => {
        if (!line.startsWith('go: downloading')) packages += 1;
        note(line.startsWith('go: downloading') ? line.slice('go: '.length) : `${packages} packages compiled`);
      },
    },
  );
}

async function versionVariables(folder: string): Promise<string[]> {
  const { module, versionFlags } = builds[folder] ?? {};
  if (module === undefined || versionFlags === undefined) return [];
  const goMod = await readFile(join(moduleOf(folder), 'go.mod'), 'utf8');
  return versionFlags(requiredVersion(goMod, module));
}

function kubernetesVersion(version: string): string[] {
  const [major, minor] = version.replace('v', '').split('.');
  const variable = 'k8s.io/component-base/version.git';
  return [`${variable}Version=${version}`, `${variable}Major=${major}`, `${variable}Minor=${minor}`];
}

/** The folder of the `go.mod` that counts for a folder of `programs/`. */
const moduleOf = (folder: string): string =>
  builds[folder]?.ownModules === true ? join(sourceDirectory, 'programs', folder) : sourceDirectory;

/** The version of a module in the text of a `go.mod`. */
export function requiredVersion(goMod: string, module: string): string {
  for (const line of goMod.split('\n')) {
    const [name, version] = line
      .trim()
      .replace(/^require /, '')
      .split(/\s+/);
    if (name === module && version?.startsWith('v')) return version;
  }
  throw new Error(`go.mod does not require ${module}`);
}

/** A hash of everything that determines the binary: the version of Go, the modules and the sources. */
async function contentHash(folder: string): Promise<string> {
  const files = (await readdir(join(sourceDirectory, 'programs', folder)))
    .filter((name) => name.endsWith('.go'))
    .sort();
  const hash = createHash('sha256').update(await goVersion());
  for (const file of ['go.mod', 'go.sum']) {
    hash.update(`\n${file}\n`).update(await readFile(join(moduleOf(folder), file)));
  }
  for (const file of files.map((name) => join('programs', folder, name))) {
    hash.update(`\n${file}\n`).update(await readFile(join(sourceDirectory, file)));
  }
  return hash.digest('hex').slice(0, 16);
}

async function goVersion(): Promise<string> {
  try {
    return await run(['go', 'env', 'GOVERSION', 'GOOS', 'GOARCH'], { cwd: sourceDirectory });
  } catch (error) {
    throw new Error(
      'Go is needed to build the local Kubernetes (which version: local-kubernetes/go.mod): https://go.dev/dl/',
      { cause: error },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
