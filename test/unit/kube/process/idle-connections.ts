import { createConnection } from 'node:net';
import type { Server } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { portOf } from '../../../../kube/process/listen.ts';

export interface IdleConnections {
  /** How many of them the server has closed so far. */
  closed: () => number;
  end: () => void;
}

/** Opens connections that send nothing. Resolves once the server has accepted all of them. */
export async function openIdleConnections(server: Server, count: number): Promise<IdleConnections> {
  let [accepted, closed] = [0, 0];
  const onConnection = () => (accepted += 1);
  server.on('connection', onConnection);
  const sockets = Array.from({ length: count }, () =>
    createConnection({ host: '127.0.0.1', port: portOf(server.address()) })
      .on('error', () => undefined)
      .on('close', () => (closed += 1))
      .resume(),
  );
  while (accepted < count) await setImmediate();
  server.off('connection', onConnection);
  const end = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return { closed: () => closed, end };
}
