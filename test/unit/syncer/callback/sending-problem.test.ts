import { expect, it } from 'vitest';
import { HostNotFoundError, RefusedAddressError } from '../../../../syncer/callback/checked-lookup.ts';
import { sendingProblem } from '../../../../syncer/callback/sending-problem.ts';

const withCode = (code: unknown): Error => Object.assign(new Error('connect ECONNREFUSED 10.1.2.3:443'), { code });

it.each([
  [withCode('ECONNREFUSED'), 'the receiver refused the connection'],
  [new AggregateError([withCode('ECONNREFUSED'), withCode('x')]), 'the receiver refused the connection'],
  [withCode('ECONNRESET'), 'the receiver closed the connection without an answer'],
  [withCode('CERT_HAS_EXPIRED'), 'the certificate of the receiver is not trusted (CERT_HAS_EXPIRED)'],
  [
    withCode('ERR_TLS_CERT_ALTNAME_INVALID'),
    'the certificate of the receiver is not trusted (ERR_TLS_CERT_ALTNAME_INVALID)',
  ],
  [withCode('EWHATEVER'), 'the request failed (EWHATEVER)'],
  [withCode(7), 'the request failed (unknown error)'],
  [undefined, 'the request failed (unknown error)'],
  [new HostNotFoundError('secret.example.com'), 'the host of the receiver has no address in DNS'],
  [new RefusedAddressError('a loopback address'), 'the host of the receiver has a loopback address, and is not called'],
  [new DOMException('x', 'TimeoutError'), 'the receiver did not answer in time'],
])('%s is a sentence without an address', (error, sentence) => {
  expect(sendingProblem(error)).toBe(sentence);
});
