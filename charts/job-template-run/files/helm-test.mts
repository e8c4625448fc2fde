/**
 * `helm test`: creates a JobTemplate and a JobRun in the release's namespace, waits until the run is finished, and deletes both.
 * It runs in the product's own image, from a ConfigMap, so it uses nothing but Node.
 */
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { setTimeout as wait } from 'node:timers/promises';

interface RunStatus {
  phase?: string;
  jobName?: string;
  error?: string;
  conditions?: { type: string; status: string }[];
}

interface Answer {
  message?: string;
  status?: RunStatus;
}

const serviceAccount = '/var/run/secrets/kubernetes.io/serviceaccount';
const ca = readFileSync(`${serviceAccount}/ca.crt`);
const namespace = process.env['POD_NAMESPACE'] ?? readFileSync(`${serviceAccount}/namespace`, 'utf8');
const name = `helm-test-${Date.now().toString(36)}`;
const limitMs = 180_000;

/** One request to the API server; rejects with the server's message when it refuses. */
function call(method: string, resource: string, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const outgoing = request(
      {
        host: process.env['KUBERNETES_SERVICE_HOST'],
        port: process.env['KUBERNETES_SERVICE_PORT'],
        path: `/apis/hematoscope.app/v1/namespaces/${namespace}/${resource}`,
        method,
        ca,
        timeout: 15_000,
        headers: {
          authorization: `Bearer ${readFileSync(`${serviceAccount}/token`, 'utf8')}`,
          'content-type': 'application/json',
        },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (part: string) => (text += part));
        response.on('error', reject);
        response.on('end', () => {
          const code = response.statusCode ?? 0;
          try {
            const answer = JSON.parse(text) as Answer;
            if (code < 300) resolve(answer);
            else reject(new Error(`${method} ${resource}: ${code} ${answer.message ?? text}`));
          } catch (cause) {
            reject(new Error(`${method} ${resource}: ${code} ${text}`, { cause }));
          }
        });
      },
    );
    outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${resource}: no answer in 15 s`)));
    outgoing.on('error', reject);
    outgoing.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** Polls until the run is finished, and prints each phase once. */
async function finished(): Promise<RunStatus> {
  const deadline = Date.now() + limitMs;
  let phase: string | undefined;
  while (Date.now() < deadline) {
    const { status = {} } = await call('GET', `jobruns/${name}`);
    if (status.phase !== phase) console.log(`JobRun ${name}: ${status.phase ?? 'no phase'}`);
    phase = status.phase;
    if (status.conditions?.some((condition) => condition.type === 'Finished' && condition.status === 'True') === true) {
      return status;
    }
    await wait(500);
  }
  throw new Error(
    `JobRun ${name} did not finish in ${limitMs / 1000} s (${phase ?? 'it has no status: is the syncer up?'})`,
  );
}

const apiVersion = 'hematoscope.app/v1';
const metadata = { name, namespace };
const spec = JSON.parse(readFileSync(`${import.meta.dirname}/template-spec.json`, 'utf8')) as object;

try {
  await call('POST', 'jobtemplates', { apiVersion, kind: 'JobTemplate', metadata, spec });
  await call('POST', 'jobruns', { apiVersion, kind: 'JobRun', metadata, spec: { templateRef: name } });
  const status = await finished();
  if (status.phase !== 'Succeeded') {
    throw new Error(`JobRun ${name} ended ${status.phase ?? ''}: ${status.error ?? `see Job ${status.jobName ?? ''}`}`);
  }
  console.log(`the JobRun created Job ${status.jobName ?? '?'} and succeeded`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  const removals = await Promise.allSettled(
    ['jobruns', 'jobtemplates'].map((resource) =>
      call('DELETE', `${resource}/${name}`, {
        apiVersion: 'v1',
        kind: 'DeleteOptions',
        propagationPolicy: 'Background',
      }),
    ),
  );
  for (const removal of removals) if (removal.status === 'rejected') console.error(String(removal.reason));
}
