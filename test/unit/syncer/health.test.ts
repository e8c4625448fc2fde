import { Counter, Registry } from 'prom-client';
import { describe, expect, it, vi } from 'vitest';
import { openIdleConnections } from '../kube/process/idle-connections.ts';
import { healthApp } from '../../../syncer/health.ts';

async function get(path: string, ready = true) {
  const registry = new Registry();
  new Counter({ name: 'things_total', help: 'Things.', registers: [registry] }).inc(3);
  const app = healthApp(registry, () => ready);
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
    const app = healthApp(new Registry(), () => true);
    const url = await app.listen({ host: '127.0.0.1', port: 0 });
    const idle = await openIdleConnections(app.server, 150);
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    await vi.waitFor(() => {
      expect(idle.closed()).toBeGreaterThanOrEqual(50);
    });
    idle.end();
    await app.close();
  });

  it('does not end the process if a connection cannot be accepted', async () => {
    const app = healthApp(new Registry(), () => true);
    await app.listen({ host: '127.0.0.1', port: 0 });
    expect(() => app.server.emit('error', new Error('EMFILE'))).not.toThrow();
    await app.close();
  });

  it('serves metrics', async () => {
    expect((await get('/metrics')).body).toContain('things_total 3');
  });
});
