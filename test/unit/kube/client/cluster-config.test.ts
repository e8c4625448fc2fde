import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { RequestOptions } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadClusterConfig } from '../../../../kube/client/cluster-config.ts';

let directory: string;
let home: string | undefined;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'job-template-run-config-'));
  home = process.env['HOME'];
  process.env['HOME'] = directory;
});

afterEach(async () => {
  process.env['HOME'] = home;
  await rm(directory, { recursive: true, force: true });
});

const inPod = async () => {
  await writeFile(join(directory, 'token'), 'first\n');
  await writeFile(join(directory, 'ca.crt'), 'a CA');
  return {
    SERVICE_ACCOUNT_DIRECTORY: directory,
    KUBERNETES_SERVICE_HOST: '10.96.0.1',
    KUBERNETES_SERVICE_PORT: '6443',
  };
};

describe('loadClusterConfig', () => {
  it("uses a Pod's ServiceAccount, and reads its token again each time", async () => {
    const config = await loadClusterConfig(await inPod());
    expect(config.getCurrentCluster()?.server).toBe('https://10.96.0.1:6443');
    const options: RequestOptions = {};
    await config.applyToHTTPSOptions(options);
    expect(options.headers).toEqual({ Authorization: 'Bearer first' });
    expect(String(options.ca)).toBe('a CA');
    await writeFile(join(directory, 'token'), 'second');
    await config.applyToHTTPSOptions(options);
    expect(options.headers).toEqual({ Authorization: 'Bearer second' });
  });

  it('puts an IPv6 address into brackets', async () => {
    const config = await loadClusterConfig({ ...(await inPod()), KUBERNETES_SERVICE_HOST: 'fd00::1' });
    expect(config.getCurrentCluster()?.server).toBe('https://[fd00::1]:6443');
  });

  it('prefers an explicit kubeconfig', async () => {
    const kubeconfig = join(directory, 'kubeconfig');
    await writeFile(
      kubeconfig,
      JSON.stringify({
        clusters: [{ name: 'c', cluster: { server: 'https://named.example:1' } }],
        users: [{ name: 'u', user: {} }],
        contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
        'current-context': 'x',
      }),
    );
    const before = process.env['KUBECONFIG'];
    process.env['KUBECONFIG'] = kubeconfig;
    try {
      const config = await loadClusterConfig({ ...(await inPod()), KUBECONFIG: kubeconfig });
      expect(config.getCurrentCluster()?.server).toBe('https://named.example:1');
    } finally {
      if (before === undefined) delete process.env['KUBECONFIG'];
      else process.env['KUBECONFIG'] = before;
    }
  });

  it('reports that the token cannot be read', async () => {
    const config = await loadClusterConfig(await inPod());
    await rm(join(directory, 'token'));
    await expect(config.applyToHTTPSOptions({})).rejects.toThrow('ENOENT');
  });
});
