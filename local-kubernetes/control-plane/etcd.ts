/** Compacts etcd at its current revision, through its JSON gateway. @throws if etcd refuses. */
export async function compactEtcd(server: string): Promise<void> {
  const key = Buffer.from('/none').toString('base64');
  const { header } = await call<{ header?: { revision?: string } }>(server, 'kv/range', { key });
  await call(server, 'kv/compaction', { revision: header?.revision ?? '0', physical: true });
}

/** The size of etcd's data that is in use, in bytes. */
export async function etcdBytesInUse(server: string): Promise<number> {
  const { dbSizeInUse } = await call<{ dbSizeInUse?: string }>(server, 'maintenance/status', {});
  return Number(dbSizeInUse);
}

async function call<T>(server: string, path: string, body: object): Promise<T> {
  const response = await fetch(`${server}/v3/${path}`, { method: 'POST', body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
