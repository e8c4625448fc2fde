import { access, chmod, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { CommandError } from '../outcome/command-error.ts';
import { EXIT } from '../outcome/exit-code.ts';
import { COMPLETE } from './shell-scripts.ts';

/** Where the program is, and where it is called from. */
export interface Place {
  path: string;
  platform: NodeJS.Platform;
}

/**
 * Writes `kubectl_complete-jobrun`, which kubectl calls to complete the words after `kubectl jobrun`, beside the program on
 * the PATH. Package managers such as krew install one program only.
 *
 * @returns the file
 * @throws CommandError if the program is not on the PATH
 */
export async function installCompletion({ path, platform }: Place): Promise<string> {
  const isWindows = platform === 'win32';
  const folder = await folderOf(isWindows ? ['kubectl-jobrun.exe', 'kubectl-jobrun.cmd'] : ['kubectl-jobrun'], path);
  if (folder === undefined) {
    throw new CommandError(EXIT.nothingStarted, 'kubectl-jobrun is not on the PATH; kubectl does not find it, either');
  }
  const file = join(folder, isWindows ? 'kubectl_complete-jobrun.cmd' : 'kubectl_complete-jobrun');
  try {
    await writeFile(file, isWindows ? WINDOWS : UNIX);
    await chmod(file, 0o755);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CommandError(EXIT.nothingStarted, `the completion cannot be installed: ${why}`, { cause });
  }
  return file;
}

const UNIX = `#!/bin/sh\nexec kubectl-jobrun ${COMPLETE} "$@"\n`;
const WINDOWS = `@kubectl-jobrun ${COMPLETE} %*\r\n`;

/** The first folder of the PATH that has one of the programs. */
async function folderOf(programs: readonly string[], path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each !== '')) {
    for (const program of programs) {
      if (await exists(join(folder, program))) return folder;
    }
  }
  return undefined;
}

function exists(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
