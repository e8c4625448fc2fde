import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { announceDeletion, handlesSignal } from '../../../supervisor/announce-deletion.ts';

it.each<[string, bigint, boolean]>([
  ['SigIgn:\t0000000000001000\nSigCgt:\t0000000000000800\nCapInh:\t0', 12n, true],
  ['SigCgt:\t0000000100004a02', 12n, true],
  ['SigCgt:\t0000000100004a02', 2n, true],
  ['SigIgn:\t0000000000000800\nSigCgt:\t0000000100004202', 12n, false],
  ['SigCgt:\t0000000000000400', 12n, false],
  ['', 12n, false],
])('a process with %j handles signal %i: %s', (status, signal, isHandled) => {
  expect(handlesSignal(status, signal)).toBe(isHandled);
});

it('a process that has not started yet gets the signal when it handles it', async () => {
  // Until then, the signal would end it.
  const script = `
    process.stdin.once('data', () => {
      process.on('SIGUSR2', () => process.exit(7));
    });
    console.log('started');`;
  const child = spawn(process.execPath, ['-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  const announced = announceDeletion(child.pid!);
  child.stdin.write('go');
  expect(await once(child, 'exit')).toEqual([7, null]);
  await announced;
});
