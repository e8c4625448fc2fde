import { expect, it } from 'vitest';
import { errorBody, HttpError } from '../../../../webhook/server/http-error.ts';

it('has a status code and a cause', () => {
  const cause = new Error('why');
  expect(new HttpError(400, 'no', { cause })).toMatchObject({
    name: 'HttpError',
    statusCode: 400,
    message: 'no',
    cause,
  });
});

it.each([
  [400, 'BadRequest'],
  [404, 'NotFound'],
  [413, 'RequestEntityTooLarge'],
  [500, 'InternalError'],
  [418, 'BadRequest'],
])('the body of %i is a Status with the reason %s', (code, reason) => {
  expect(errorBody(code, 'why')).toEqual({
    apiVersion: 'v1',
    kind: 'Status',
    metadata: {},
    status: 'Failure',
    code,
    reason,
    message: 'why',
  });
});
