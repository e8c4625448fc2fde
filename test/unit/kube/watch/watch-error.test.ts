import { describe, expect, it } from 'vitest';
import { KubeApiError, KubeConnectionError } from '../../../../kube/client/api-error.ts';
import { inBandError, needsRelist } from '../../../../kube/watch/watch-error.ts';
import { WatchProtocolError } from '../../../../kube/watch/watch-stream.ts';

const refused = (code: number): KubeApiError => new KubeApiError({ method: 'GET', path: '/', code, body: '' });

describe('needsRelist', () => {
  it.each([
    ['an in-band 410', inBandError({ code: 410, message: 'too old' }, 'jobs'), true],
    ['an in-band Expired', inBandError({ code: 500, reason: 'Expired' }, 'jobs'), true],
    ['an in-band Gone', inBandError({ reason: 'Gone' }, 'jobs'), true],
    ['another in-band error', inBandError({ code: 500, reason: 'InternalError' }, 'jobs'), false],
    ['an HTTP response with 410', refused(410), true],
    ['another HTTP error', refused(503), false],
    ['a line that is not an event', new WatchProtocolError('not JSON'), true],
    ['a broken connection', new KubeConnectionError('reset'), false],
  ])('after %s: %s', (_case, error, expected) => {
    expect(needsRelist(error)).toBe(expected);
  });
});

describe('inBandError', () => {
  it('names the watch, the code and the message', () => {
    const error = inBandError(
      { kind: 'Status', code: 429, message: 'slow down', details: { retryAfterSeconds: 2 } },
      'jobs',
    );
    expect(error).toBeInstanceOf(KubeApiError);
    expect(error).toMatchObject({ message: 'GET watch of jobs: 429 slow down', code: 429, retryAfterSeconds: 2 });
  });

  it('of a Status without a code counts as a server error', () => {
    expect(inBandError({}, 'jobs')).toMatchObject({ code: 500 });
  });
});
