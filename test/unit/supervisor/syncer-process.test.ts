import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import type { Exit } from '../../../supervisor/child.ts';
import { spawnSyncer, syncerFlags, syncerScript } from '../../../supervisor/syncer-process.ts';

/** Listens as the syncer does, and reports its port. */
const SMALL_SYNCER = `
import { createServer } from 'node:http';
const server = createServer((request, response) => response.end(request.url + ' of ' + process.env.TEAM));
server.listen(Number(process.env.HEALTH_PORT), process.env.HOST, () => {
  process.send({ healthUrl: 'http://127.0.0.1:' + server.address().port });
});
`;

/** A new process on a slow machine. */
const LIMIT = { timeout: 90_000, interval: 100 };

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'supervisor-'));
  writeFileSync(join(folder, 'main.mjs'), SMALL_SYNCER);
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

it('runs the syncer as a process that answers on a port of its own', { timeout: 120_000 }, async () => {
  let exit: Exit | undefined;
  const spawn = spawnSyncer({ script: join(folder, 'main.mjs'), flags: [], environment: { TEAM: 'batch' } });
  const child = spawn((how) => (exit = how));
  try {
    await vi.waitFor(async () => {
      expect(await child.ask()).toBe(true);
    }, LIMIT);
    expect(await child.metrics()).toBe('/metrics of batch');
    if (process.platform === 'linux') expect(child.usedBytes()).toBeGreaterThan(2 ** 20);
    child.kill('SIGTERM');
    await vi.waitFor(() => {
      expect(exit).toEqual({ code: null, signal: 'SIGTERM' });
    }, LIMIT);
    await expect(child.ask()).rejects.toThrow();
  } finally {
    child.kill('SIGKILL');
  }
});

it('reports the exit code of the syncer', { timeout: 120_000 }, async () => {
  writeFileSync(join(folder, 'wrong.mjs'), 'process.exit(2);');
  const { promise, resolve } = Promise.withResolvers<Exit>();
  const child = spawnSyncer({ script: join(folder, 'wrong.mjs'), flags: [], environment: {} })(resolve);
  await expect(child.ask()).rejects.toThrow('the syncer does not listen yet');
  expect(await promise).toEqual({ code: 2, signal: null });
});

it.each<[string, string[], number | undefined, string[]]>([
  [
    'its own flags and the limit',
    ['--max-semi-space-size=4'],
    297,
    ['--max-semi-space-size=4', '--max-old-space-size=297'],
  ],
  ['not its own limit', ['--max-old-space-size=32', '--a'], 64, ['--a', '--max-old-space-size=64']],
  ['no limit in a container without one', ['--max-old-space-size=32', '--a'], undefined, ['--a']],
])('the supervisor gives the syncer %s', (_sentence, own, heapMib, flags) => {
  expect(syncerFlags(own, heapMib)).toEqual(flags);
});

it('starts the script of this checkout', () => {
  expect(syncerScript()).toMatch(/\/syncer\/main\.ts$/);
});
