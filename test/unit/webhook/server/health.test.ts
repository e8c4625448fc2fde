import { once } from 'node:events';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Server } from 'node:http';
import { createHealthServer } from '../../../../webhook/server/health.ts';
import { listenOn, portOf } from '../../../../kube/process/listen.ts';
import { openIdleConnections } from '../../kube/process/idle-connections.ts';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import { Readiness } from '../../../../webhook/server/readiness.ts';

let server: Server;
let readiness: Readiness;
let metrics: WebhookMetrics;
const logged = vi.fn();

beforeEach(async () => {
  readiness = new Readiness();
  metrics = new WebhookMetrics();
  logged.mockClear();
  server = createHealthServer({ readiness, registry: metrics.registry, logger: { error: logged } });
  await listenOn(server, 0, '127.0.0.1');
});

afterEach(async () => {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});

const get = async (path: string) => {
  const response = await fetch(`http://127.0.0.1:${portOf(server.address())}${path}`);
  return { code: response.status, type: response.headers.get('content-type'), text: await response.text() };
};
const JSON_TYPE = 'application/json; charset=utf-8';

it('/healthz responds while the process is alive', async () => {
  readiness.add('caches', () => 'not listed');
  expect(await get('/healthz')).toEqual({ code: 200, type: JSON_TYPE, text: '{"status":"ok"}' });
});

it('/readyz lists what is missing, whatever the query is', async () => {
  expect(await get('/readyz?verbose')).toMatchObject({ code: 200, text: '{"status":"ready","missing":[]}' });
  readiness.add('caches', () => 'not listed');
  expect(await get('/readyz')).toEqual({
    code: 503,
    type: JSON_TYPE,
    text: '{"status":"not ready","missing":[{"what":"caches","why":"not listed"}]}',
  });
});

it('/metrics is in the format of Prometheus', async () => {
  const { code, type, text } = await get('/metrics');
  expect({ code, type }).toEqual({ code: 200, type: metrics.registry.contentType });
  expect(text).toContain('# TYPE certwatcher_read_certificate_total counter');
});

it('/metrics is computed once for many requests', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const computed = vi.spyOn(metrics.registry, 'metrics');
  const texts = new Set(
    (await Promise.all([get('/metrics'), get('/metrics'), get('/metrics')])).map(({ text }) => text),
  );
  vi.useRealTimers();
  expect({ computed: computed.mock.calls.length, texts: texts.size }).toEqual({ computed: 1, texts: 1 });
});

it('a connection that cannot be accepted is logged', () => {
  server.emit('error', new Error('accept EMFILE'));
  expect(logged).toHaveBeenCalledExactlyOnceWith(
    { err: new Error('accept EMFILE') },
    'a connection could not be accepted',
  );
});

it('another path is not found', async () => {
  expect(await get('/')).toMatchObject({ code: 404 });
});

it('an error is logged, and the response is a 500', async () => {
  readiness.add('broken', () => {
    throw new Error('a bug');
  });
  expect(await get('/readyz')).toMatchObject({ code: 500, text: '' });
  expect(logged.mock.calls).toMatchObject([[{ err: { message: 'a bug' } }, 'a health request failed']]);
});

it('a client with many idle connections does not keep the kubelet away', async () => {
  const idle = await openIdleConnections(server, 150);
  expect(await get('/healthz')).toMatchObject({ code: 200 });
  await vi.waitFor(() => {
    expect(idle.closed()).toBeGreaterThanOrEqual(50);
  });
  idle.end();
});
