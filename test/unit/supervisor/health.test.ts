import { once } from 'node:events';
import { pino } from 'pino';
import { request } from 'undici';
import { expect, it, vi } from 'vitest';
import { listenOn, portOf } from '../../../kube/process/listen.ts';
import { openIdleConnections } from '../kube/process/idle-connections.ts';
import type { Child } from '../../../supervisor/child.ts';
import { healthServer, SupervisorMetrics } from '../../../supervisor/health.ts';

const LOGGER = pino({ level: 'silent' });

async function get(path: string, supervisor: { started: boolean; child: Child | undefined }) {
  const metrics = new SupervisorMetrics();
  metrics.onRestart('memory');
  const server = healthServer(supervisor, metrics, LOGGER);
  await listenOn(server, 0, '127.0.0.1');
  const { statusCode, body } = await request(`http://127.0.0.1:${portOf(server.address())}${path}`, { reset: true });
  const text = await body.text();
  server.close();
  await once(server, 'close');
  return { statusCode, text };
}

const childWith = (metrics: () => Promise<string>): Child => ({
  kill: () => undefined,
  ask: () => Promise.resolve(true),
  usedBytes: () => 0,
  metrics,
});

it.each<[string, boolean, number, string]>([
  ['/healthz', true, 200, 'ok'],
  ['/healthz', false, 200, 'ok'],
  ['/readyz', true, 200, 'ok'],
  ['/readyz?verbose', true, 200, 'ok'],
  ['/readyz', false, 503, 'the syncer is not ready yet'],
  ['/', true, 404, ''],
  ['/constructor', true, 404, ''],
])('responds to %s without a syncer, started: %s', async (path, started, statusCode, text) => {
  expect(await get(path, { started, child: undefined })).toEqual({ statusCode, text });
});

it('serves the metrics of both processes', async () => {
  const { text } = await get('/metrics', { started: true, child: childWith(() => Promise.resolve('things 3\n')) });
  expect(text).toContain('job_template_run_syncer_restarts_total{reason="memory"} 1\n');
  expect(text).toContain('job_template_run_syncer_restarts_total{reason="unresponsive"} 0\n');
  expect(text.endsWith('\nthings 3\n')).toBe(true);
});

it('requests the metrics of the syncer once for many requests', async () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const metrics = vi.fn(() => Promise.resolve('things 3\n'));
  const server = healthServer({ started: true, child: childWith(metrics) }, new SupervisorMetrics(), LOGGER);
  await listenOn(server, 0, '127.0.0.1');
  const url = `http://127.0.0.1:${portOf(server.address())}/metrics`;
  for (let times = 0; times < 3; times++) await (await request(url, { reset: true })).body.dump();
  vi.useRealTimers();
  expect(metrics).toHaveBeenCalledOnce();
  server.close();
  await once(server, 'close');
});

it('logs that a connection cannot be accepted', () => {
  const error = vi.fn();
  const server = healthServer({ started: true, child: undefined }, new SupervisorMetrics(), { error });
  vi.spyOn(server, 'listening', 'get').mockReturnValue(true);
  server.emit('error', new Error('accept EMFILE'));
  expect(error).toHaveBeenCalledOnce();
});

it('serves its own metrics while the syncer does not answer', async () => {
  const child = childWith(() => Promise.reject(new Error('no answer')));
  const { statusCode, text } = await get('/metrics', { started: true, child });
  expect(statusCode).toBe(200);
  expect(text).toContain('job_template_run_syncer_restarts_total');
});

it('answers while a client has many idle connections', async () => {
  const server = healthServer({ started: true, child: undefined }, new SupervisorMetrics(), LOGGER);
  await listenOn(server, 0, '127.0.0.1');
  const idle = await openIdleConnections(server, 150);
  const url = `http://127.0.0.1:${portOf(server.address())}/healthz`;
  expect((await request(url, { reset: true })).statusCode).toBe(200);
  await vi.waitFor(() => {
    expect(idle.closed()).toBeGreaterThanOrEqual(50);
  });
  idle.end();
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
});
