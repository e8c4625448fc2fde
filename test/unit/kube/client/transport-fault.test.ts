import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { isStaleSocket, isTimeout, isTransportFault, messageOf } from '../../../../kube/client/transport-fault.ts';

const coded = (code: string): Error => Object.assign(new Error(`failed: ${code}`), { code });
const lost = (cause?: unknown): Error => new KubeConnectionError('no answer', { cause });

describe('isStaleSocket', () => {
  it.each([
    ['a connection that was reset', lost(coded('ECONNRESET')), true],
    ['a socket that was closed', lost(coded('UND_ERR_SOCKET')), true],
    ['a refused connection', lost(coded('ECONNREFUSED')), false],
    ['a time limit, which has no cause', lost(), false],
    ['an error response', new KubeApiError({ method: 'GET', path: '/', code: 500, body: '' }), false],
    ['a fault without the wrapping error', coded('ECONNRESET'), false],
  ])('for %s: %s', (_case, error, expected) => {
    expect(isStaleSocket(error)).toBe(expected);
  });
});

describe('isTransportFault', () => {
  it.each([
    ['a fault with a code', coded('ECONNRESET'), true],
    ['a body that is not JSON', new SyntaxError('unexpected end'), true],
    ['a bug', new TypeError('undefined is not a function'), false],
    ['an object that is not an error', { code: 'ECONNRESET' }, false],
  ])('for %s: %s', (_case, error, expected) => {
    expect(isTransportFault(error)).toBe(expected);
  });
});

describe('isTimeout', () => {
  it.each([
    ['UND_ERR_HEADERS_TIMEOUT', true],
    ['UND_ERR_BODY_TIMEOUT', true],
    ['UND_ERR_CONNECT_TIMEOUT', false],
    ['ECONNRESET', false],
  ])('for %s: %s', (code, expected) => {
    expect(isTimeout(coded(code))).toBe(expected);
  });
});

describe('messageOf', () => {
  it.each([
    ['an error', new Error('one'), 'one'],
    ['several errors wrapped in one', new AggregateError([new Error('one'), new Error('two')], 'many'), 'one; two'],
    ['something else', 'text', 'text'],
  ])('of %s', (_case, error, expected) => {
    expect(messageOf(error)).toBe(expected);
  });
});
