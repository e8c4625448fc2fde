import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { JobRun } from '../../../api/job-run.ts';
import type { Job } from '../../../api/wire.ts';
import { run, template } from '../objects.ts';
import { startReceiver, type ReceiverPod } from '../receiver-pod.ts';
import { Outcomes, shell } from './outcomes.ts';

const namespace = 'e2e-callback';
const outcomes = new Outcomes(namespace);
const { reports } = outcomes;
let receiver: ReceiverPod;

const TOKEN = 'a-very-secret-token';

async function startRunsWithCallback(): Promise<void> {
  const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'callback' }, stringData: { token: TOKEN } };
  await outcomes.place.accepted(secret);
  await outcomes.place.accepted(template('with-callback', shell('echo no such customer; exit 3')));
  const callbackTokenSecretRef = { name: 'callback', key: 'token' };
  await outcomes.place.accepted(
    run('sent', 'with-callback', { callbackUrl: `${receiver.url}/sent`, callbackTokenSecretRef }),
  );
  const succeeding = { args: ['-c', 'true'], callbackUrl: `${receiver.url}/fails-once` };
  await outcomes.place.accepted(template('with-callback-too', { command: ['sh'] }));
  await outcomes.place.accepted(run('sent-again', 'with-callback-too', succeeding));
}

beforeAll(async () => {
  await outcomes.begin();
  receiver = await startReceiver(outcomes.cluster, namespace);
  await outcomes.install(
    ...['--set-json', 'callbacks.allowedHosts=["*.{namespace}.svc.cluster.local"]'],
    ...['--set-json', `callbacks.secrets=[{"namespace":"${namespace}","names":["callback"]}]`],
    ...['--set-file', `callbacks.caBundle=${receiver.caFile}`],
  );
  await startRunsWithCallback();
});
afterAll(async () => {
  await outcomes.end();
});

describe('a callback', () => {
  test('reaches a Service of the namespace with the result and the token of the Secret', async () => {
    await reports('sent', { callback: { state: 'Delivered', attempts: 1 } });
    const { metadata, status = {} } = await outcomes.place.get<JobRun>('jobrun', 'sent');
    const [callback, ...more] = await receiver.received('/sent');
    expect(more).toEqual([]);
    expect(callback).toMatchObject({
      method: 'POST',
      headers: { authorization: `Bearer ${TOKEN}`, 'ce-type': 'app.hematoscope.jobrun.finished' },
      body: {
        name: 'sent',
        namespace,
        status: 'Failed',
        reason: 'BackoffLimitExceeded',
        phase: 'Failed',
        uid: metadata.uid,
        failure: { ...status.failure, log: 'no such customer', exitCode: 3 },
      },
    });
    expect(JSON.stringify(await outcomes.place.list<Job>('jobs', 'hematoscope.app/job-run=sent'))).not.toContain(TOKEN);
  });

  test('is sent again after an error of the receiver, with the same id', async () => {
    await reports('sent-again', { phase: 'Succeeded', callback: { state: 'Delivered', attempts: 2 } });
    const callbacks = await receiver.received('/fails-once');
    expect(callbacks).toMatchObject([{ body: { status: 'Complete' } }, { body: { status: 'Complete' } }]);
    expect(new Set(callbacks.map(({ headers }) => headers['ce-id'])).size).toBe(1);
  });

  test.each([
    [
      'another namespace',
      { callbackUrl: 'https://receiver.default.svc.cluster.local/' },
      'spec.callbackUrl: Unsupported value',
    ],
    [
      'a Secret that the administrator has not named',
      {
        callbackUrl: `https://receiver.${namespace}.svc.cluster.local/`,
        callbackTokenSecretRef: { name: 'receiver', key: 'tls.key' },
      },
      'spec.callbackTokenSecretRef.name: Forbidden',
    ],
  ])('is refused for %s', async (_what, spec, sentence) => {
    const denied = await outcomes.place.apply(run('refused', 'with-callback', spec));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain(sentence);
  });
});
