import { checkMachine } from '../preflight/check-machine.ts';
import { printProgress, reportProgress, type Progress } from '../progress.ts';
import { run } from '../run.ts';
import { isInstalled, missingPackages } from './packages.ts';

/** Installs what a real node needs. @throws if this machine cannot run one; the message suggests what to do instead. */
export async function prepareMachine(progress: Progress = printProgress): Promise<void> {
  await checkMachine(['full']);
  await install(await missingPackages(), progress);
}

/** Installs tmux, in which the command line has a terminal. @throws if it is missing and cannot be installed */
export async function prepareTerminal(progress: Progress = printProgress): Promise<void> {
  await checkMachine(['terminal']);
  if (!(await isInstalled('tmux'))) await install(['tmux'], progress);
}

async function install(packages: readonly string[], progress: Progress): Promise<void> {
  if (packages.length === 0) return;
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await reportProgress(progress, `apt-get install ${packages.join(' ')}`, async (note) => {
    await run(['apt-get', 'update', '-qq'], { env });
    note('downloading and unpacking');
    await run(['apt-get', 'install', '-y', '-qq', '--no-install-recommends', ...packages], { env });
  });
}
