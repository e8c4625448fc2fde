import { once } from 'node:events';
import { createServer } from 'node:http';
import { expect, it } from 'vitest';
import { logConnectionErrors } from '../../../../kube/process/connection-errors.ts';
import { listenOn, portOf } from '../../../../kube/process/listen.ts';

it('an error of a connection is logged, does not end the process, and the same is not logged at once again', async () => {
  const server = createServer();
  const logged: unknown[][] = [];
  let time = 0;
  logConnectionErrors(server, { error: (...line: unknown[]) => logged.push(line) }, () => time);
  await listenOn(server, 0, '127.0.0.1');
  const tooMany = new Error('accept EMFILE');
  server.emit('error', tooMany);
  server.emit('error', tooMany);
  expect(logged).toEqual([[{ err: tooMany }, 'a connection could not be accepted']]);
  time = 3_600_000;
  server.emit('error', tooMany);
  expect(logged).toHaveLength(2);
  server.close();
  await once(server, 'close');
});

it('an error of listening is not an error of a connection', async () => {
  const [first, second] = [createServer(), createServer()];
  const logged: unknown[][] = [];
  logConnectionErrors(second, { error: (...line: unknown[]) => logged.push(line) });
  await listenOn(first, 0, '127.0.0.1');
  await expect(listenOn(second, portOf(first.address()), '127.0.0.1')).rejects.toThrow('EADDRINUSE');
  expect(logged).toEqual([]);
  first.close();
  await once(first, 'close');
});
