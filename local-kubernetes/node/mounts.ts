import { readFile } from 'node:fs/promises';
import { run } from '../run.ts';

/** Unmounts everything in or at one of the folders, even if it is in use. */
export async function removeMounts(folders: string[]): Promise<void> {
  const points = mountPointsBelow(await readFile('/proc/self/mountinfo', 'utf8'), folders);
  for (const point of points) await run(['umount', '--lazy', point]);
}

/** Mount points in or at one of the folders, latest first, from the text of /proc/self/mountinfo. */
export function mountPointsBelow(mountinfo: string, folders: readonly string[]): string[] {
  const decode = (text: string) =>
    text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(parseInt(digits, 8)));
  const points = mountinfo.split('\n').map((line) => decode(line.split(' ')[4] ?? ''));
  return points
    .filter((point) => folders.some((folder) => point === folder || point.startsWith(`${folder}/`)))
    .reverse();
}
