import type { RequestOptions } from 'node:https';
import { describe, expect, it } from 'vitest';
import { fingerprintOf, readCredentials } from '../../../../kube/client/credentials.ts';

const configWith = (given: RequestOptions) => ({
  applyToHTTPSOptions: (options: RequestOptions) => {
    Object.assign(options, given);
    return Promise.resolve();
  },
});

describe('readCredentials', () => {
  it.each<[string, RequestOptions, object]>([
    ['nothing', {}, { headers: {}, tls: {} }],
    [
      'a token, without the newline of its file',
      { headers: { Authorization: 'Bearer a\n' } },
      { headers: { Authorization: 'Bearer a' }, tls: {} },
    ],
    ['a user and a password', { auth: 'me:secret' }, { headers: { Authorization: 'Basic bWU6c2VjcmV0' }, tls: {} }],
    [
      'a client certificate',
      { cert: 'cert', key: 'key', ca: 'ca' },
      { headers: {}, tls: { ca: 'ca', cert: 'cert', key: 'key' } },
    ],
    [
      'no verification',
      { rejectUnauthorized: false, servername: 'name' },
      { headers: {}, tls: { rejectUnauthorized: false, servername: 'name' } },
    ],
    ['no other options', { timeout: 5, host: 'h' }, { headers: {}, tls: {} }],
  ])('takes %s', async (_case, given, expected) => {
    expect(await readCredentials(configWith(given))).toEqual(expected);
  });
});

describe('fingerprintOf', () => {
  it('is the same for the same options, as strings or as bytes', () => {
    expect(fingerprintOf({ ca: Buffer.from('a'), key: 'k' })).toBe(fingerprintOf({ ca: 'a', key: 'k' }));
  });

  it.each([
    ['another CA', { ca: 'b', key: 'k' }],
    ['another key', { ca: 'a', key: 'l' }],
    ['no key', { ca: 'a' }],
    ['no verification', { ca: 'a', key: 'k', rejectUnauthorized: false }],
    ['exchanged values', { ca: 'k', key: 'a' }],
  ])('differs for %s', (_case, other) => {
    expect(fingerprintOf(other)).not.toBe(fingerprintOf({ ca: 'a', key: 'k' }));
  });
});
