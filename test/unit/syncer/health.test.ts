import { pino } from 'pino';
import { Counter, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { openIdleConnections } from '../kube/process/idle-connections.ts';
import { healthApp } from '../../../syncer/health.ts';

const LOGGER = pino({ level: 'silent' });

async function get(path: string, ready = true) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
  const app = healthApp(registry, () => ready, LOGGER);
  const { statusCode, body } = await app.inject(path);
  await app.close();
  return { statusCode, body };
}

describe('the health server', () => {
  it.each<[string, boolean, number, string]>([
    ['/healthz', true, 200, 'ok'],
    ['/healthz', false, 200, 'ok'],
    ['/readyz', true, 200, 'ok'],
    ['/readyz', false, 503, 'the caches are not filled yet'],
  ])('responds to %s, ready: %s', async (path, ready, statusCode, body) => {
    expect(await get(path, ready)).toEqual({ statusCode, body });
  });

  it('answers while a client has many idle connections', async () => {
    const app = healthApp(new Registry(), () => true, LOGGER);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const idle = await openIdleConnections(app.server, 150);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await vi.waitFor(() => {
      expect(idle.closed()).toBeGreaterThanOrEqual(50);
    });
    idle.end();
    await app.close();
  });

  it('logs that a connection cannot be accepted, and does not end the process', async () => {
    const error = vi.fn();
    const app = healthApp(new Registry(), () => true, { error });
    await app.listen({ host: '127.0.0.1', port: 0 });
    app.server.emit('error', new Error('EMFILE'));
    expect(error).toHaveBeenCalledExactlyOnceWith({ err: new Error('EMFILE') }, 'a connection could not be accepted');
    await app.close();
  });

  it('computes metrics once for many requests', async () => {
    vi.useFakeTimers({ toFake: ['performance'] });
    const registry = new Registry();
    const computed = vi.spyOn(registry, 'metrics');
    const app = healthApp(registry, () => true, LOGGER);
    await Promise.all([app.inject('/metrics'), app.inject('/metrics')]);
    await app.close();
    vi.useRealTimers();
    expect(computed).toHaveBeenCalledOnce();
  });

  it('serves metrics', async () => {
    expect((await get('/metrics')).body).toContain('things_total 3');
  });
});
