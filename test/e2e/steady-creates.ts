import type { Cluster } from './cluster.ts';

const template = `{"apiVersion":"hematoscope.app/v1","kind":"JobTemplate","metadata":{"name":"idle"},
  "spec":{"suspend":true,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"a","image":"busybox"}]}}}}`;

/** Creates one JobRun after the other, four at a time, until `event` is over; tells how many, and every refusal. */
export async function createRunsUntil(
  cluster: Cluster,
  namespace: string,
  event: Promise<unknown>,
): Promise<{ created: number; refused: string[] }> {
  const applied = await cluster.apply(template, '-n', namespace);
  if (applied.code !== 0) throw new Error(applied.stderr);
  let over = false;
  const ended = event.finally(() => {
    over = true;
  });
  let created = 0;
  const refused: string[] = [];
  const worker = async (id: number) => {
    for (let i = 0; !over; i += 1) {
      const run = {
        apiVersion: 'hematoscope.app/v1',
        kind: 'JobRun',
        metadata: { name: `steady-${id}-${i}` },
        spec: { templateRef: 'idle' },
      };
      const done = await cluster.apply(JSON.stringify(run), '-n', namespace);
      if (done.code === 0) created += 1;
      else refused.push(done.stderr);
    }
  };
  await Promise.all([ended, ...[1, 2, 3, 4].map(worker)]);
  return { created, refused };
}
