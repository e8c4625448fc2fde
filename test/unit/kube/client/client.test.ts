import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KubeConfig } from '@kubernetes/client-node';
import type { User } from '@kubernetes/client-node';
import { afterEach, describe, expect, it } from 'vitest';
import { JOB_RUNS, JOBS, PODS } from '../../../../api/resources.ts';
import type { KubeObject } from '../../../../api/wire.ts';
import {
  isAlreadyExists,
  isConflict,
  isNotFound,
  KubeApiError,
  KubeConnectionError,
} from '../../../../kube/client/api-error.ts';
import { KubeClient } from '../../../../kube/client/client.ts';
import type { KubeClientOptions } from '../../../../kube/client/client.ts';
import { json, serve } from './loopback-server.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function connect(url: string, options: KubeClientOptions = {}, user: Partial<User> = {}): KubeClient {
  const kubeConfig = new KubeConfig();
  kubeConfig.loadFromClusterAndUser({ name: 'test', server: url, skipTLSVerify: true }, { name: 'test', ...user });
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'test', ...options });
  cleanups.push(() => client.close());
  return client;
}

const object: KubeObject = { metadata: { name: 'a', namespace: 'ns' } };
const key = { namespace: 'ns', name: 'a' };
const watching = { resourceVersion: '1', timeoutSeconds: 60, inactivityMs: 5_000 };

describe('a request', () => {
  it('has the path and body that the API server expects, with the credentials of the kubeconfig', async () => {
    const { requests, url } = await serve((_request, response) => {
      json(response, { ...object, items: [] });
    });
    const client = connect(`${url}/k8s/clusters/one/`, {}, { token: 'secret' });
    await client.get(JOB_RUNS, key);
    await client.list(JOBS, { labelSelector: 'a in (b,c)', limit: 5 });
    await client.create(JOBS, 'ns', object, { dryRun: true, fieldValidation: 'Strict' });
    await client.patch(JOB_RUNS, { ...key, subresource: 'status' }, { status: {} });
    await client.replace(JOBS, key, object);
    await client.delete(JOBS, key, { propagationPolicy: 'Background' });
    expect(requests.map(({ method, url: path }) => `${method} ${path}`)).toEqual([
      'GET /k8s/clusters/one/apis/hematoscope.app/v1/namespaces/ns/jobruns/a',
      'GET /k8s/clusters/one/apis/batch/v1/jobs?labelSelector=a+in+%28b%2Cc%29&limit=5',
      'POST /k8s/clusters/one/apis/batch/v1/namespaces/ns/jobs?dryRun=All&fieldValidation=Strict',
      'PATCH /k8s/clusters/one/apis/hematoscope.app/v1/namespaces/ns/jobruns/a/status',
      'PUT /k8s/clusters/one/apis/batch/v1/namespaces/ns/jobs/a',
      'DELETE /k8s/clusters/one/apis/batch/v1/namespaces/ns/jobs/a',
    ]);
    expect(requests[0]!.headers).toMatchObject({ authorization: 'Bearer secret', accept: 'application/json' });
    expect(requests[0]!.headers['user-agent']).toMatch(/^job-template-run\/\d+\.\d+\.\d+ \(test\)$/);
    expect(requests[2]).toMatchObject({
      body: JSON.stringify(object),
      headers: { 'content-type': 'application/json' },
    });
    expect(requests[3]!.headers['content-type']).toBe('application/merge-patch+json');
  });

  it('uses few kept-alive connections', async () => {
    const { requests, sockets, url } = await serve((_request, response) => {
      json(response, object);
    });
    const client = connect(url);
    for (let index = 0; index < 20; index += 1) await client.get(JOBS, key);
    expect(sockets.size).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 100 }, () => client.get(JOBS, key)));
    expect(requests).toHaveLength(120);
    expect(sockets.size).toBeLessThanOrEqual(6);
  });

  it('returns the texts of warnings', async () => {
    const { url } = await serve((_request, response) => {
      json(response, object, 201, {
        warning: ['299 - "first, with a comma"', '299 - "second with \\"quotes\\""', '199 other "no"'],
      });
    });
    const warnings: string[] = [];
    await connect(url).create(JOBS, 'ns', object, { onWarning: (text) => warnings.push(text) });
    expect(warnings).toEqual(['first, with a comma', 'second with "quotes"']);
  });

  it('is reported to the observer with its outcome', async () => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status', code: 404 }, 404);
    });
    const seen: string[] = [];
    const client = connect(url, { onRequest: ({ method, code }) => seen.push(`${method} ${code}`) });
    await client.get(JOBS, key).catch(() => undefined);
    expect(seen).toEqual(['GET 404']);
  });
});

describe('an error response', () => {
  it.each([
    [404, 'NotFound', isNotFound],
    [409, 'AlreadyExists', isAlreadyExists],
    [409, 'Conflict', isConflict],
  ])('%i %s is recognized', async (code, reason, is) => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status', code, reason, message: 'because' }, code);
    });
    const error: unknown = await connect(url)
      .create(JOBS, 'ns', object)
      .catch((refusal: unknown) => refusal);
    expect([isNotFound, isAlreadyExists, isConflict].filter((predicate) => predicate(error))).toEqual([is]);
    expect((error as Error).message).toBe(`POST /apis/batch/v1/namespaces/ns/jobs: ${code} because`);
  });

  it('has the time to wait', async () => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status', code: 429, reason: 'TooManyRequests' }, 429, { 'retry-after': '7' });
    });
    await expect(connect(url).get(JOBS, key)).rejects.toMatchObject({ code: 429, retryAfterSeconds: 7 });
  });

  it('from a proxy that does not send JSON shows its text', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(502).end('<h1>Bad Gateway</h1>');
    });
    const error: unknown = await connect(url)
      .get(JOBS, key)
      .catch((refusal: unknown) => refusal);
    expect(error).toBeInstanceOf(KubeApiError);
    expect((error as KubeApiError).message).toContain('502 <h1>Bad Gateway</h1>');
  });
});

describe('a missing response', () => {
  it('within the time limit is an error that names the limit', async () => {
    const { url } = await serve(() => undefined);
    const error: unknown = await connect(url)
      .create(JOBS, 'ns', object, { timeoutMs: 50 })
      .catch((e: unknown) => e);
    expect(error).toBeInstanceOf(KubeConnectionError);
    expect((error as Error).message).toContain('no answer in 50 ms');
  });

  it('that is incomplete within the time limit is such an error too', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200).write('{"metadata":');
    });
    await expect(connect(url).create(JOBS, 'ns', object, { timeoutMs: 50 })).rejects.toThrow(KubeConnectionError);
  });

  it('that ends in the middle of the JSON is a broken connection', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"metadata":');
    });
    await expect(connect(url).get(JOBS, key)).rejects.toThrow(KubeConnectionError);
  });

  it('is no error if a list is empty: the API server may send null instead of no items', async () => {
    const kinds = ['PartialObjectMetadataList', 'JobList'];
    const metadata = { resourceVersion: '7', continue: '' };
    const { url } = await serve((_request, response) => {
      json(response, { kind: kinds.shift(), apiVersion: 'meta.k8s.io/v1', metadata, items: null });
    });
    const client = connect(url);
    expect(await client.list(JOBS, {}, { metadataOnly: true })).toMatchObject({ items: [], metadata });
    expect(await client.list(JOBS, {}, { maxBytes: 1_000 })).toMatchObject({ items: [], metadata });
  });

  it.each([
    'null',
    '[]',
    '{}',
    '{"items":[]}',
    '{"items":null,"metadata":{}}',
    '{"kind":"JobList","items":7,"metadata":{}}',
    '{"type":"ERROR","object":{}}',
  ])('is also reported if a list was requested and the body is %s', async (body) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    const listing = connect(url).list(JOBS, {});
    await expect(listing).rejects.toThrow(KubeConnectionError);
    await expect(listing).rejects.toThrow(/jobs: the answer is not a list/);
  });

  it.each([
    'null',
    '{"kind":"JobList","items":[],"metadata":{}}',
    '{"kind":"Table","columnDefinitions":[],"rows":7}',
    '{"kind":"Table","columnDefinitions":[{"format":""}],"rows":[{"cells":["a"]}]}',
    '{"kind":"Table","columnDefinitions":[{"format":"name"}],"rows":[{"cells":[7]}]}',
    '{"kind":"Table","columnDefinitions":[{"format":"name"}],"rows":[{}]}',
  ])('is also reported if names were requested and the body is %s', async (body) => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end(body);
    });
    await expect(connect(url).names(JOBS, {})).rejects.toThrow(/jobs: the answer is not a table/);
  });

  it.each<[string, unknown, string[]]>([
    ['two rows', [{ cells: ['1m', 'a'] }, { cells: ['2m', 'b'] }], ['a', 'b']],
    ['no rows', null, []],
  ])('is none if a table of names has %s', async (_what, rows, names) => {
    const columnDefinitions = [{ format: 'date' }, { format: 'name' }];
    const { requests, url } = await serve((_request, response) => {
      json(response, { kind: 'Table', columnDefinitions, rows });
    });
    expect(await connect(url).names(JOBS, { namespace: 'ns', limit: 3 })).toEqual(names);
    expect(requests.map(({ url: path, headers }) => [path, headers.accept])).toEqual([
      ['/apis/batch/v1/namespaces/ns/jobs?limit=3&includeObject=None', 'application/json;as=Table;g=meta.k8s.io;v=v1'],
    ]);
  });

  it("because the caller aborted has the caller's reason", async () => {
    const { requests, url } = await serve(() => undefined);
    const abort = new AbortController();
    const request = connect(url).get(JOBS, key, { signal: abort.signal });
    await expect.poll(() => requests).toHaveLength(1);
    abort.abort(new Error('gave up'));
    await expect(request).rejects.toThrow('gave up');
  });

  it('because no server listens names the address', async () => {
    await expect(connect('http://127.0.0.1:1').get(JOBS, key)).rejects.toThrow(
      /GET .*jobs\/a: connect ECONNREFUSED 127\.0\.0\.1:1/,
    );
  });

  it.each([
    ['a read is repeated once', 'GET', 2],
    ['a write is not: it may have taken effect', 'POST', 1],
  ])('on a kept-alive connection that was just closed: %s', async (_sentence, method, times) => {
    let broken = false;
    const { requests, url } = await serve((request, response, socket) => {
      if (request.url.endsWith('/warm')) {
        json(response, object);
      } else if (broken) {
        json(response, object);
      } else {
        broken = true;
        socket.destroy();
      }
    });
    const client = connect(url);
    await client.get(JOBS, { namespace: 'ns', name: 'warm' });
    const request = method === 'GET' ? client.get(JOBS, key) : client.create(JOBS, 'ns', object);
    if (method === 'GET') await expect(request).resolves.toEqual(object);
    else await expect(request).rejects.toThrow(KubeConnectionError);
    expect(requests.filter((seen) => !seen.url.endsWith('/warm'))).toHaveLength(times);
  });
});

describe('credentials', () => {
  it('that the server rejects are fetched again, once', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'job-template-run-exec-'));
    cleanups.push(() => rm(folder, { recursive: true }));
    const script = join(folder, 'plugin.sh');
    // A credential plugin whose tokens expire immediately: token-1, token-2, …
    await writeFile(
      script,
      `n=$(cat ${folder}/n 2>/dev/null || echo 0); n=$((n+1)); echo $n > ${folder}/n
       echo "{\\"apiVersion\\":\\"client.authentication.k8s.io/v1\\",\\"kind\\":\\"ExecCredential\\",\\"status\\":{\\"token\\":\\"token-$n\\",\\"expirationTimestamp\\":\\"2001-01-01T00:00:00Z\\"}}"`,
    );
    let valid = 1;
    const { requests, url } = await serve((request, response) => {
      if (request.headers.authorization === `Bearer token-${valid}`) json(response, object);
      else json(response, { kind: 'Status', code: 401, reason: 'Unauthorized' }, 401);
    });
    const client = connect(
      url,
      {},
      {
        exec: { apiVersion: 'client.authentication.k8s.io/v1', command: 'sh', args: [script] },
      },
    );
    await client.create(JOBS, 'ns', object);
    valid = 2;
    await client.create(JOBS, 'ns', object);
    expect(requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer token-1',
      'Bearer token-1',
      'Bearer token-2',
    ]);
    valid = 99;
    await expect(client.create(JOBS, 'ns', object)).rejects.toMatchObject({ code: 401 });
    expect(requests).toHaveLength(5);
  });

  it('that cannot be obtained are an error that names the request', async () => {
    const client = connect('http://127.0.0.1:1', {}, { exec: { command: '/nowhere/plugin' } });
    await expect(client.get(JOBS, key)).rejects.toThrow(/GET .*: no credentials: .*ENOENT/);
  });
});

describe('a watch', () => {
  const event = { type: 'ADDED', object };

  it('has its own connection, and leaves the others to ordinary calls', async () => {
    const { sockets, url } = await serve((request, response) => {
      if (request.url.includes('watch=true')) response.writeHead(200).write(`${JSON.stringify(event)}\n`);
      else json(response, object);
    });
    const client = connect(url, { connections: 1, watchConnections: 2 });
    const watches = [1, 2].map(() => client.watch(JOBS, watching));
    for (const watch of watches) expect((await watch.next()).value).toEqual(event);
    await expect(client.get(JOBS, key)).resolves.toEqual(object);
    expect(sockets.size).toBe(3);
    for (const watch of watches) await watch.return(undefined);
  });

  it('requests bookmarks and a timeout', async () => {
    const { requests, url } = await serve((_request, response) => {
      response.writeHead(200).end();
    });
    const watch = connect(url).watch(JOBS, { ...watching, labelSelector: 'a' });
    expect(await watch.next()).toEqual({ done: true, value: undefined });
    expect(requests[0]!.url).toBe(
      '/apis/batch/v1/jobs?resourceVersion=1&timeoutSeconds=60&labelSelector=a&watch=true&allowWatchBookmarks=true',
    );
  });

  it('that never begins is a broken connection', async () => {
    const { url } = await serve(() => undefined);
    const watch = connect(url, { timeoutMs: 50 }).watch(JOBS, watching);
    await expect(watch.next()).rejects.toThrow(KubeConnectionError);
  });

  it('that receives nothing any more is a broken connection', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200).write(`${JSON.stringify(event)}\n`);
    });
    const watch = connect(url).watch(JOBS, { ...watching, inactivityMs: 200 });
    await watch.next();
    await expect(watch.next()).rejects.toThrow(KubeConnectionError);
  });

  it('that is rejected throws the error response', async () => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status', code: 410, reason: 'Expired' }, 410);
    });
    await expect(connect(url).watch(JOBS, watching).next()).rejects.toMatchObject({ code: 410 });
  });

  it('ends when the caller aborts', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200).write(`${JSON.stringify(event)}\n`);
    });
    const abort = new AbortController();
    const watch = connect(url).watch(JOBS, watching, { signal: abort.signal });
    await watch.next();
    abort.abort(new Error('gave up'));
    await expect(watch.next()).rejects.toThrow('gave up');
  });
});

describe('a request that waits for a connection', () => {
  it('is not sent if its permission has ended in the meantime', async () => {
    const held = Promise.withResolvers<undefined>();
    const { requests, url } = await serve((_request, response) => {
      void held.promise.then(() => {
        json(response, object);
      });
    });
    const client = connect(url, { connections: 1 });
    const first = client.get(JOB_RUNS, key);
    await expect.poll(() => requests.length).toBe(1);
    let allowed = true;
    const second = client.patch(
      JOB_RUNS,
      key,
      {},
      {
        beforeSend: () => {
          if (!allowed) throw new Error('not any more');
        },
      },
    );
    const outcome = expect(second).rejects.toThrow('not any more');
    allowed = false;
    held.resolve(undefined);
    await first;
    await outcome;
    expect(requests.map(({ method }) => method)).toEqual(['GET']);
    await client.get(JOB_RUNS, key);
    expect(requests).toHaveLength(2);
  });
});

describe('the log of a container', () => {
  const pod = { namespace: 'ns', name: 'pod' };
  const text = async (log: AsyncIterable<Uint8Array>) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of log) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it('is read with the options of the API, byte for byte', async () => {
    const { requests, url } = await serve((_request, response) => {
      response.writeHead(200).write('one\n');
      response.end('two');
    });
    const selection = { container: 'main', follow: true, timestamps: true, sinceTime: '2026-11-29T12:00:00Z' };
    expect(await text(connect(url).log(pod, { ...selection, inactivityMs: 5_000 }))).toBe('one\ntwo');
    expect(requests[0]!.url).toBe(
      '/api/v1/namespaces/ns/pods/pod/log?container=main&follow=true&timestamps=true&sinceTime=2026-11-29T12%3A00%3A00Z',
    );
  });

  it('is waited for beyond the time limit of calls: the headers arrive with the first line', async () => {
    const { requests, url } = await serve((_request, response) => {
      // Longer than the time limit of the client below; undici's timers are up to a second late.
      setTimeout(() => response.writeHead(200).end('late\n'), 2_000);
    });
    const log = connect(url, { timeoutMs: 20 }).log(pod, { container: 'main', follow: true, inactivityMs: 5_000 });
    expect(await text(log)).toBe('late\n');
    expect(requests).toHaveLength(1);
  });

  it('ends with an error if it is silent for too long', async () => {
    const { url } = await serve((_request, response) => {
      response.writeHead(200).write('one\n');
    });
    const log = connect(url).log(pod, { container: 'main', follow: true, inactivityMs: 200 });
    await log.next();
    await expect(log.next()).rejects.toThrow(KubeConnectionError);
  });

  it('that nobody reads holds up neither calls nor other logs', async () => {
    const { url } = await serve((request, response) => {
      if (request.url.includes('container=big')) response.writeHead(200).write(Buffer.alloc(8 << 20));
      else if (request.url.includes('/log')) response.writeHead(200).end('small');
      else json(response, { metadata: { name: 'pod' } });
    });
    const client = connect(url, { connections: 1, watchConnections: 1, logConnections: 2 });
    const big = client.log(pod, { container: 'big', inactivityMs: 5_000 });
    await big.next();
    expect(await text(client.log(pod, { container: 'small', inactivityMs: 5_000 }))).toBe('small');
    expect(await client.get(PODS, pod)).toEqual({ metadata: { name: 'pod' } });
    await big.return(undefined);
  });

  it('is refused with the status of the server', async () => {
    const { url } = await serve((_request, response) => {
      json(response, { kind: 'Status', code: 400, message: 'container "main" is waiting to start' }, 400);
    });
    const log = connect(url).log(pod, { container: 'main', inactivityMs: 5_000 });
    await expect(log.next()).rejects.toMatchObject({
      code: 400,
      message: expect.stringContaining('is waiting') as string,
    });
  });
});
