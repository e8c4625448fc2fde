import { describe, expect, it } from 'vitest';
import { authorizationHeaders, isHeaderText } from '../../../../core/callback/authorization.ts';

/** The example of the specification of Standard Webhooks. */
const EXAMPLE = {
  key: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  timestamp: '1614265330',
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
};
const SIGNED = { id: EXAMPLE.id, nowMs: 1_614_265_330_999, body: EXAMPLE.body };

describe('the headers of a callback', () => {
  it('without a token are none', () => {
    expect(authorizationHeaders(undefined, SIGNED)).toEqual({});
  });

  it('with a token have it as it is', () => {
    expect(authorizationHeaders('abc def', SIGNED)).toEqual({ authorization: 'Bearer abc def' });
  });

  it('with a key of Standard Webhooks have the signature of its specification, and not the key', () => {
    expect(authorizationHeaders(EXAMPLE.key, SIGNED)).toEqual({
      'webhook-id': EXAMPLE.id,
      'webhook-timestamp': EXAMPLE.timestamp,
      'webhook-signature': EXAMPLE.signature,
    });
  });

  it('have a signature for each key during a rotation', () => {
    const both = authorizationHeaders(`whsec_AAAA  ${EXAMPLE.key} other`, SIGNED)['webhook-signature'] ?? '';
    expect(both.split(' ')).toEqual([expect.stringMatching(/^v1,/), EXAMPLE.signature]);
  });
});

it.each([
  ['a', true],
  ['abc~!"$', true],
  ['two words', true],
  ['', false],
  [' a', false],
  ['a ', false],
  ['a\nb', false],
  ['a\r\nx: y', false],
  ['ä', false],
  ['\0', false],
])('whether a header can contain %j: %s', (text, can) => {
  expect(isHeaderText(text)).toBe(can);
});
