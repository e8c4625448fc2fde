import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  endProcesses,
  findProcesses,
  parseEnvironment,
  parseStat,
  startDetached,
} from '../../../../local-kubernetes/processes/detached-programs.ts';

describe('parseEnvironment', () => {
  it('keeps equals signs of the value and leaves out what is not a variable', () => {
    expect([...parseEnvironment('A=1\0B=x=y\0\0nonsense\0')]).toEqual([
      ['A', '1'],
      ['B', 'x=y'],
    ]);
  });
});

describe('parseStat', () => {
  it.each([
    ['an ordinary line', '12 (node) S 1 12 12 0', { ended: false, session: 12 }],
    ['a name with blanks and parentheses', '12 (a) Z (b) R 1 7 9 0', { ended: false, session: 9 }],
    ['a zombie', '12 (sh) Z 1 12 3 0', { ended: true, session: 3 }],
    ['an empty line, as of a process that has exited', '', undefined],
  ])('reads %s', (_, line, expected) => {
    expect(parseStat(line)).toEqual(expected);
  });
});

describe.runIf(process.platform === 'linux')('programs that outlive their starter', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'processes-'));
  });
  afterEach(async () => {
    await endProcesses((await findProcesses(directory)).map(({ pid }) => pid));
    await rm(directory, { recursive: true });
  });
  const start = (command: string[]) =>
    startDetached({ cluster: directory, name: 'sleeper', command, logFile: join(directory, 'log') });

  it('are found by the folder of their cluster, with their child processes', async () => {
    await start(['sh', '-c', 'sleep 60 & wait']);
    await expect.poll(() => findProcesses(directory), { timeout: 5_000 }).toHaveLength(2);
    const found = await findProcesses(directory);
    expect(found.map(({ name, main }) => ({ name, main }))).toEqual(
      expect.arrayContaining([
        { name: 'sleeper', main: true },
        { name: 'sleeper', main: false },
      ]),
    );
    expect(await findProcesses(`${directory}-other`)).toEqual([]);
  });

  it('are gone once stopped, even if they ignore SIGTERM', async () => {
    await start(['sh', '-c', 'trap "" TERM; while :; do sleep 1; done']);
    await expect.poll(() => findProcesses(directory), { timeout: 5_000 }).not.toHaveLength(0);
    await endProcesses(
      (await findProcesses(directory)).map(({ pid }) => pid),
      100,
    );
    expect((await findProcesses(directory)).filter(({ main }) => main)).toEqual([]);
  });
});
