import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { callbackToken } from '../../../../syncer/callback/callback-token.ts';
import { echoRun } from '../../core/objects.ts';

const RUN = echoRun({
  callbackUrl: 'https://hooks.example.com',
  callbackTokenSecretRef: { name: 'callback', key: 'token' },
});
const encoded = (text: string) => Buffer.from(text).toString('base64');
const asked: unknown[] = [];

function clientWith(answer: object | Error) {
  const get = (resource: { plural: string }, key: object) => {
    asked.push([resource.plural, key]);
    return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
  };
  return { get: get as never };
}
const refusal = (code: number) => new KubeApiError({ method: 'GET', path: '/', code, body: '' });

describe('the token of a callback', () => {
  it('is that of the run; no Secret is read', async () => {
    const noClient = clientWith(new Error('not to be called'));
    expect(
      await callbackToken(echoRun({ callbackUrl: 'https://hooks.example.com', callbackToken: 'abc' }), noClient),
    ).toEqual({ token: 'abc' });
    expect(await callbackToken(echoRun(), noClient)).toEqual({ token: undefined });
    expect(asked).toEqual([]);
  });

  it('is the value of a key of a Secret in the namespace of the run, without line breaks around it', async () => {
    const client = clientWith({ data: { token: encoded('abc\n') } });
    expect(await callbackToken(RUN, client)).toEqual({ token: 'abc' });
    expect(asked).toEqual([['secrets', { namespace: 'team', name: 'callback' }]]);
  });

  it.each([
    ['the Secret does not exist', refusal(404), 'Secret "callback" does not exist'],
    ['the Secret may not be read', refusal(403), 'Secret "callback" may not be read by the syncer'],
    ['the Secret has no data', {}, 'Secret "callback" has no key "token"'],
    ['the Secret has another key', { data: { other: '' } }, 'Secret "callback" has no key "token"'],
    [
      'the value cannot be in a header',
      { data: { token: encoded('a\nb') } },
      'key "token" of Secret "callback" must have only printable ASCII characters',
    ],
    [
      'the value is empty',
      { data: { token: '' } },
      'key "token" of Secret "callback" must have only printable ASCII characters',
    ],
  ])('is not known if %s', async (_, answer, problem) => {
    expect(await callbackToken(RUN, clientWith(answer))).toEqual({ problem });
  });

  it.each([new KubeConnectionError('down'), refusal(500), refusal(429)])('is read later: %s', async (error) => {
    await expect(callbackToken(RUN, clientWith(error))).rejects.toBe(error);
  });
});
