/**
 * `npm run demo`: all steps from an empty machine to a finished JobRun, with the commands that a user would type. The
 * cluster keeps running.
 */
import { existsSync } from 'node:fs';
import { delimiter, join, relative } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { program } from 'commander';
import { ensureFullCluster } from '../local-kubernetes/full.ts';
import { buildImage } from '../local-kubernetes/images/image.ts';
import { repositoryDirectory } from '../local-kubernetes/paths.ts';
import { ensureProgram } from '../local-kubernetes/programs/programs.ts';
import { Terminal } from './terminal.ts';

interface Options {
  context?: string;
  kubeconfig?: string;
  image?: string;
  namespace: string;
}

interface Target {
  kubectl: string;
  helm: string;
  environment: NodeJS.ProcessEnv;
  /** Options that choose the cluster, for kubectl and helm. */
  kubectlOptions: string[];
  helmOptions: string[];
  /** `repository:tag`. Default: the image of the chart. */
  image: string | undefined;
  local: boolean;
}

const imageRepository = 'hematoscope/job-template-run';
const release = 'job-template-run';
const releaseNamespace = 'job-template-run-system';
const example = (name: string) => relative(process.cwd(), join(repositoryDirectory, 'examples', 'echo', name));

/** The program on the user's PATH if there is one, else the one of the local Kubernetes. */
async function findTool(name: 'kubectl' | 'helm'): Promise<string> {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.some((folder) => existsSync(join(folder, name))) ? name : ensureProgram(name);
}

/** The cluster that the user chose on the command line, else the local one, which is started if necessary. */
async function chooseTarget(options: Options): Promise<Target> {
  if (options.context === undefined && options.kubeconfig === undefined) {
    const cluster = await ensureFullCluster();
    const [kubectl, helm] = await Promise.all([ensureProgram('kubectl'), ensureProgram('helm')]);
    const { tag } = await buildImage({ context: repositoryDirectory, repository: imageRepository });
    const environment = { ...process.env, KUBECONFIG: cluster.kubeconfig };
    return {
      kubectl,
      helm,
      environment,
      kubectlOptions: [],
      helmOptions: [],
      image: `${imageRepository}:${tag}`,
      local: true,
    };
  }
  const environment =
    options.kubeconfig === undefined ? process.env : { ...process.env, KUBECONFIG: options.kubeconfig };
  const { context } = options;
  const [kubectl, helm] = await Promise.all([findTool('kubectl'), findTool('helm')]);
  return {
    kubectl,
    helm,
    environment,
    kubectlOptions: context === undefined ? [] : ['--context', context],
    helmOptions: context === undefined ? [] : ['--kube-context', context],
    image: options.image,
    local: false,
  };
}

async function install(terminal: Terminal, target: Target): Promise<void> {
  if ((await terminal.check(target.kubectl, ['get', '--raw', '/readyz'])) !== 0) {
    throw new Error('The cluster does not answer; the error of kubectl is above.');
  }
  terminal.say('cert-manager issues the TLS certificate of the webhook.');
  const issuers = await terminal.try(target.kubectl, [
    'get',
    'crd',
    'certificates.cert-manager.io',
    'issuers.cert-manager.io',
  ]);
  if (issuers !== 0) {
    throw new Error(
      'This cluster has no cert-manager. Install it first: https://cert-manager.io/docs/installation/helm/',
    );
  }
  terminal.say('Install the chart with Helm.');
  const chart = relative(process.cwd(), join(repositoryDirectory, 'charts', 'job-template-run'));
  const [repository, tag] = target.image?.split(/:(?=[^/:]*$)/) ?? [];
  const image =
    repository === undefined
      ? []
      : ['--set', `image.repository=${repository}`, ...(tag === undefined ? [] : ['--set-string', `image.tag=${tag}`])];
  const place = ['--namespace', releaseNamespace, '--create-namespace'];
  await terminal.run(target.helm, [
    'upgrade',
    '--install',
    release,
    chart,
    ...place,
    ...image,
    '--wait',
    '--timeout',
    '4m',
    '--hide-notes',
    ...target.helmOptions,
  ]);
}

async function printUntilEnd(terminal: Terminal, phases: Readable): Promise<string> {
  let last = '';
  for await (const line of createInterface({ input: phases })) {
    if (line === '' || line === last) continue;
    last = line;
    terminal.print(line);
    if (['Succeeded', 'Failed', 'Cancelled', 'Unknown'].includes(line)) break;
  }
  return last;
}

/** Applies a template, a mistake and a run. The watch of the run's phases starts first, so that it misses none. */
async function show(terminal: Terminal, target: Target, namespace: string): Promise<void> {
  const place = ['--namespace', namespace];
  const { kubectl } = target;
  await terminal.quiet(kubectl, ['delete', 'jobrun', 'echo-hello', '--ignore-not-found', ...place]);
  terminal.say('Watch the phases of a run that does not exist yet, in the background.');
  const phase = 'jsonpath={.status.phase}{"\\n"}';
  const watched = ['jobruns', '--field-selector', 'metadata.name=echo-hello', '--watch', '-o', phase];
  const watch = terminal.start(kubectl, ['get', ...watched, ...place]);
  const deadline = setTimeout(() => watch.kill(), 180_000);
  try {
    terminal.say('Create a template: a JobSpec with a name. Nothing runs yet.');
    await terminal.run(kubectl, ['apply', '-f', example('template.yaml'), ...place]);
    terminal.say("A run that misspells the template's name is refused at once:");
    if ((await terminal.try(kubectl, ['apply', '-f', example('mistake.yaml'), ...place])) === 0) {
      throw new Error('the run with a missing template was not refused');
    }
    terminal.say('A run with the correct name, and its phases:');
    await terminal.run(kubectl, ['apply', '-f', example('run.yaml'), ...place]);
    const last = await printUntilEnd(terminal, watch.stdout);
    if (last !== 'Succeeded') {
      throw new Error(`the run did not succeed; its last phase was ${last === '' ? 'none' : last}`);
    }
  } finally {
    clearTimeout(deadline);
    watch.kill();
  }
  terminal.say('Its Job, the log of its Pod, and the status of the run:');
  await terminal.run(kubectl, ['get', 'jobs', '-l', 'hematoscope.app/job-run=echo-hello', ...place]);
  await terminal.run(kubectl, ['logs', '-l', 'hematoscope.app/job-run=echo-hello', ...place]);
  await terminal.run(kubectl, ['get', 'jobrun', 'echo-hello', '-o', 'wide', ...place]);
}

const options = program
  .name('npm run demo --')
  .description('Creates a local Kubernetes, installs job-template-run in it, and runs the echo example.')
  .option('--context <name>', 'use this context of your kubeconfig instead of a local cluster')
  .option('--kubeconfig <file>', 'use the cluster of this kubeconfig instead of a local one')
  .option('--image <repository:tag>', "image for your own cluster; default: the chart's")
  .option('--namespace <name>', 'where the example is applied', 'default')
  .parse()
  .opts<Options>();

const startedAt = performance.now();
try {
  const target = await chooseTarget(options);
  const terminal = new Terminal(target.environment, target);
  if (target.local) terminal.print('$ export KUBECONFIG=.cluster/kubeconfig');
  await install(terminal, target);
  await show(terminal, target, options.namespace);
  terminal.say(`Done in ${((performance.now() - startedAt) / 1000).toFixed(0)} s. The cluster keeps running.`);
  const config = target.local ? ' --kubeconfig .cluster/kubeconfig' : '';
  terminal.print(`List the run: kubectl${config} get jr`);
  terminal.print(
    target.local
      ? 'Remove it:    npm run cluster:down'
      : `Remove it:    helm uninstall ${release} -n ${releaseNamespace}`,
  );
} catch (error) {
  console.error(`\n${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
