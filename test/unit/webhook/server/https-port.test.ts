import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:tls';
import { afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { allow } from '../../../../webhook/admission/verdict.ts';
import { buildApp, type App } from '../../../../webhook/server/app.ts';
import { Drain } from '../../../../webhook/server/drain.ts';
import { HttpsPort } from '../../../../webhook/server/https-port.ts';
import { listenOn, portOf } from '../../../../kube/process/listen.ts';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import { Door } from '../../../../webhook/door/door.ts';
import { parseKeyPair, type KeyPair } from '../../../../webhook/tls/key-pair.ts';
import { selfSigned } from '../certificates.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';

const HOST = '127.0.0.1';

let one: KeyPair;
let two: KeyPair;
let app: App;
let lines: LogLine[];
let fatal: unknown[];

beforeAll(() => {
  const pair = (name: string) => {
    const { cert, key } = selfSigned(name);
    return parseKeyPair(cert, key);
  };
  [one, two] = [pair('one'), pair('two')];
});

beforeEach(async () => {
  const log = collectedLog();
  lines = log.lines;
  fatal = [];
  const deciders = { validate: () => allow(), mutate: () => allow() };
  app = buildApp({
    ...{ deciders, door: Door.withoutSecret(), metrics: new WebhookMetrics(), drain: new Drain() },
    logger: log.logger,
  });
  await app.ready();
});

afterEach(async () => {
  await app.close();
});

const httpsPort = (port: number) =>
  new HttpsPort({
    app,
    config: { host: HOST, port },
    logger: collectedLogger(),
    onFatal: (error) => fatal.push(error),
  });
const collectedLogger = () => {
  const log = collectedLog();
  lines = log.lines;
  return log.logger;
};

/** The subject of the certificate that a new connection gets. */
async function served(): Promise<string | string[] | undefined> {
  const socket = connect({ host: HOST, port: portOf(app.server.address()), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { subject } = socket.getPeerCertificate();
  socket.destroy();
  return subject.CN;
}

it('listens with the first certificate, and serves the next to new connections', async () => {
  const port = httpsPort(0);
  expect(app.server.listening).toBe(false);
  port.serveWith(one);
  await vi.waitFor(() => {
    expect(app.server.listening).toBe(true);
  });
  expect(await served()).toBe('one');
  port.serveWith(two);
  expect(await served()).toBe('two');
  expect(fatal).toEqual([]);
});

it('logs that a connection cannot be accepted, and goes on', async () => {
  httpsPort(0).serveWith(one);
  await vi.waitFor(() => {
    expect(lines.map(({ msg }) => msg)).toContain('listening');
  });
  expect(() => app.server.emit('error', new Error('EMFILE'))).not.toThrow();
  expect(lines.map(({ msg }) => msg)).toContain('a connection could not be accepted');
  expect(fatal).toEqual([]);
});

it('reports that the port cannot be opened', async () => {
  const other = createServer();
  await listenOn(other, 0, HOST);
  httpsPort(portOf(other.address())).serveWith(one);
  await vi.waitFor(() => {
    expect(fatal).toMatchObject([{ code: 'EADDRINUSE' }]);
  });
  expect(lines.map(({ msg }) => msg)).toContain('the HTTPS port cannot be opened');
  other.close();
  await once(other, 'close');
});
