import { beforeEach, describe, expect, it } from 'vitest';
import type { JobRun } from '../../../../api/job-run.ts';
import { Authorization } from '../../../../webhook/lookups/authorization.ts';
import { echoRun } from '../../core/objects.ts';
import { FakeApiServer, noAnswer } from '../fake-api-server.ts';
import { jobRunReview } from '../reviews.ts';

const { request } = jobRunReview();
const { signal } = new AbortController();
const WANTED = 'on jobtemplates.hematoscope.app "echo" in namespace "team"';

let apiServer: FakeApiServer;
let authorization: Authorization;

beforeEach(() => {
  apiServer = new FakeApiServer();
  authorization = new Authorization({ client: apiServer, enabled: true });
});

const create = (spec: Partial<JobRun['spec']> = {}) => authorization.refusalOfCreate(request, echoRun(spec), signal);
const verbs = () => apiServer.reviews.map(({ spec }) => spec.resourceAttributes.verb).toSorted();

describe('the creation of a JobRun', () => {
  it('needs no review if permission is not checked', async () => {
    authorization = new Authorization({ client: apiServer, enabled: false });
    expect(await create({ parallelism: 2 })).toBeUndefined();
    expect(await authorization.refusalOfSuspend(request, echoRun(), signal)).toBeUndefined();
    expect(verbs()).toEqual([]);
  });

  it.each<[string, Partial<JobRun['spec']>, string[]]>([
    ['use', { args: ['x'], command: ['y'], env: [{ name: 'A' }], parameters: { a: 1 } }, ['use']],
    ['use and override', { args: ['x'], image: 'z' }, ['override', 'use']],
  ])('needs the verbs %s', async (_, spec, expected) => {
    for (const verb of expected) apiServer.allowedVerbs.add(verb);
    expect(await create(spec)).toBeUndefined();
    expect(verbs()).toEqual(expected);
  });

  it('names the missing verb and what it is for', async () => {
    expect(await create()).toBe(`user "jane" cannot use JobTemplate "echo": this requires the verb "use" ${WANTED}`);
    apiServer.allowedVerbs.add('use');
    expect(await create({ image: 'z', parallelism: 2 })).toBe(
      `user "jane" cannot override parallelism, image of JobTemplate "echo": this requires the verb "override" ${WANTED}`,
    );
  });

  it('reports the verb use first if both are missing', async () => {
    expect(await create({ image: 'z' })).toMatch(/^user "jane" cannot use /);
  });

  it('is refused, with the reason, if the review fails', async () => {
    apiServer.create = () => Promise.reject(noAnswer());
    expect(await create()).toBe(
      `cannot check whether user "jane" has the verb "use" ${WANTED}: POST /: no answer in 2500 ms`,
    );
  });

  it('is refused if there is no response in time', async () => {
    apiServer.create = () => new Promise(() => undefined);
    expect(await authorization.refusalOfCreate(request, echoRun(), AbortSignal.abort())).toContain(
      'the API server took too long to answer',
    );
  });

  it('reports the error of the authorizer', async () => {
    apiServer.create = (_resource, _namespace, body) =>
      Promise.resolve({ ...body, status: { allowed: false, evaluationError: 'role not found' } });
    expect(await create()).toMatch(/ \(role not found\)$/);
  });
});

it('a change of suspend needs the verb override', async () => {
  const refusal = () => authorization.refusalOfSuspend(request, echoRun(), signal);
  expect(await refusal()).toBe(
    `user "jane" cannot override suspend of JobTemplate "echo": this requires the verb "override" ${WANTED}`,
  );
  apiServer.allowedVerbs.add('override');
  expect(await refusal()).toBeUndefined();
});

it('equal reviews that arrive together share requests', async () => {
  apiServer.allowedVerbs.add('use');
  await Promise.all(Array.from({ length: 10 }, () => create()));
  expect(verbs()).toEqual(['use', 'use']);
});

it('a user without a name, uid and groups is reviewed as such', async () => {
  await authorization.refusalOfCreate({ ...request, userInfo: {} }, echoRun(), signal);
  expect(apiServer.reviews[0]?.spec).toMatchObject({ user: '', uid: '', groups: [], extra: {} });
});
