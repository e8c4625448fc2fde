import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import type { Cluster } from './cluster.ts';

export interface ChartRepository {
  url: string;
  stop: () => Promise<void>;
}

/** Packages the chart, writes an index, and serves both on loopback as a chart repository. */
export async function serveChartRepository(cluster: Cluster, chart: string): Promise<ChartRepository> {
  const folder = join(cluster.scratch, 'repository');
  const server = createServer((request, response) => {
    const file = join(folder, basename(new URL(request.url ?? '/', 'http://localhost').pathname));
    stat(file).then(
      (found) => {
        response.writeHead(200, { 'content-length': found.size });
        createReadStream(file).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  await cluster.helm('package', chart, '--destination', folder);
  await cluster.helm('repo', 'index', folder, '--url', url);
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
}
