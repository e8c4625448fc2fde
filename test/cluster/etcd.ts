/** Compacts an etcd at its present revision, through its JSON gateway. @throws when it refuses. */
export async function compactEtcd(server: string): Promise<void> {
  const call = async (path: string, body: object): Promise<{ header?: { revision?: string } }> => {
    const response = await fetch(`${server}/v3/kv/${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!response.ok) throw new Error(`etcd ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as { header?: { revision?: string } };
  };
  const { header } = await call('range', { key: Buffer.from('/none').toString('base64') });
  await call('compaction', { revision: header?.revision ?? '0', physical: true });
}
