import type { InjectOptions } from 'fastify';
import { beforeEach, describe, expect, it } from 'vitest';
import { buildApp, type App } from '../../../../webhook/server/app.ts';
import type { Decide } from '../../../../webhook/admission/decide.ts';
import { WebhookMetrics } from '../../../../webhook/server/metrics.ts';
import { Drain } from '../../../../webhook/server/drain.ts';
import { Door } from '../../../../webhook/door/door.ts';
import { allow, denyInvalid } from '../../../../webhook/admission/verdict.ts';
import { collectedLog, type LogLine } from '../collected-log.ts';
import { jobRunReview } from '../reviews.ts';

let app: App;
let lines: LogLine[];
let metrics: WebhookMetrics;
let drain: Drain;
let validate: Decide;

beforeEach(() => {
  const log = collectedLog();
  lines = log.lines;
  metrics = new WebhookMetrics();
  drain = new Drain();
  validate = () => allow();
  const deciders = {
    validate: (...args: Parameters<Decide>) => validate(...args),
    mutate: () => ({ allowed: true as const, warnings: [], patch: [{ op: 'add' as const, path: '/a', value: 1 }] }),
  };
  app = buildApp({ deciders, door: Door.withoutSecret(), metrics, drain, logger: log.logger });
});

const post = async (payload: InjectOptions['payload'], url = '/validate', type = 'application/json') => {
  const response = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': type },
    ...(payload === undefined ? {} : { payload }),
  });
  return { code: response.statusCode, body: response.json<Record<string, unknown>>(), headers: response.headers };
};

describe('an AdmissionReview', () => {
  it('gets a response with its own uid and version', async () => {
    expect(await post(jobRunReview())).toMatchObject({
      code: 200,
      body: {
        apiVersion: 'admission.k8s.io/v1',
        kind: 'AdmissionReview',
        response: { uid: '705ab4f5-6393-11e8-b7cc-42010a800002', allowed: true },
      },
    });
  });

  it('gets a patch in base64', async () => {
    const { body } = await post(jobRunReview(), '/mutate');
    const { patch, patchType } = body['response'] as { patch: string; patchType: string };
    expect(patchType).toBe('JSONPatch');
    expect(JSON.parse(Buffer.from(patch, 'base64').toString())).toEqual([{ op: 'add', path: '/a', value: 1 }]);
  });

  it('gets a denial with all of its causes, and warnings', async () => {
    validate = (request) =>
      denyInvalid(
        request,
        [
          { path: 'spec.a', reason: 'FieldValueRequired', message: 'Required value' },
          { path: 'spec.b', reason: 'FieldValueInvalid', message: 'no' },
        ],
        ['beware'],
      );
    const { body } = await post(jobRunReview());
    expect(body['response']).toEqual({
      uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
      allowed: false,
      warnings: ['beware'],
      status: {
        code: 422,
        reason: 'Invalid',
        message: 'JobRun.hematoscope.app "echo-hello" is invalid: [spec.a: Required value, spec.b: no]',
        details: {
          name: 'echo-hello',
          group: 'hematoscope.app',
          kind: 'JobRun',
          causes: [
            { reason: 'FieldValueRequired', message: 'Required value', field: 'spec.a' },
            { reason: 'FieldValueInvalid', message: 'no', field: 'spec.b' },
          ],
        },
      },
    });
  });

  it('is logged in one line with the user, the object and the outcome, and never with the content of the object', async () => {
    const review = jobRunReview({ templateRef: 'echo', args: ['s3cret'] }, {}, { dryRun: true });
    await post(review);
    const written = lines.filter(({ msg }) => msg === 'admission');
    expect(written).toMatchObject([
      {
        webhook: 'validate',
        uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
        user: 'jane',
        kind: 'JobRun',
        namespace: 'team',
        name: 'echo-hello',
        operation: 'CREATE',
        dryRun: true,
        verdict: 'allowed',
        ms: expect.any(Number) as number,
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain('s3cret');
  });

  it('is counted in the metrics', async () => {
    await post(jobRunReview());
    await post('{');
    const text = await metrics.registry.metrics();
    expect(text).toContain('controller_runtime_webhook_requests_total{webhook="/validate",code="200"} 1');
    expect(text).toContain('controller_runtime_webhook_requests_total{webhook="/validate",code="400"} 1');
    expect(text).toContain(
      'job_template_run_admission_verdicts_total{kind="JobRun",operation="CREATE",verdict="allowed"} 1',
    );
    expect(text).toContain('controller_runtime_webhook_latency_seconds_count{webhook="/validate"} 2');
  });

  it('may have up to 6 MiB', async () => {
    const big = jobRunReview({ templateRef: 'echo', args: ['x'.repeat(6 * 1024 * 1024)] });
    expect(await post(big)).toMatchObject({ code: 200 });
  });

  it('treats a key named __proto__ as any other key', async () => {
    let seen: unknown;
    validate = (request) => {
      seen = request.object;
      return allow();
    };
    const text = JSON.stringify(jobRunReview()).replace('"templateRef"', '"__proto__":{"polluted":true},"templateRef"');
    expect(await post(text)).toMatchObject({ code: 200 });
    expect(JSON.stringify(seen)).toContain('"__proto__":{"polluted":true}');
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('an invalid AdmissionReview', () => {
  const review = jobRunReview();

  it.each([
    ['text', 'hello', /^the body is not JSON$/],
    ['truncated JSON', JSON.stringify(review).slice(0, 100), /^the body is not JSON$/],
    ['an empty body', '', /^the body is not JSON$/],
    ['a list', '[]', /^the body is not an AdmissionReview$/],
    ['null', 'null', /^the body is not an AdmissionReview$/],
    ['another kind', '{"kind":"Pod","apiVersion":"v1"}', /^the body is not an AdmissionReview$/],
    [
      'an unknown version',
      JSON.stringify({ ...review, apiVersion: 'admission.k8s.io/v2' }),
      /^AdmissionReview of version "admission.k8s.io\/v2": only admission.k8s.io\/v1 is supported$/,
    ],
    [
      'a review without a request',
      '{"kind":"AdmissionReview","apiVersion":"admission.k8s.io/v1"}',
      /^the AdmissionReview is not valid: request: Required value/,
    ],
    [
      'a request without a uid',
      JSON.stringify({ ...review, request: { ...review.request, uid: undefined } }),
      /^the AdmissionReview is not valid: request.uid: Required value/,
    ],
  ])('is rejected with a clear message: %s', async (_, payload, message) => {
    const { code, body } = await post(payload);
    expect(code).toBe(400);
    expect(body).toMatchObject({ kind: 'Status', status: 'Failure', code: 400, reason: 'BadRequest' });
    expect(body['message']).toMatch(message);
  });

  it('is rejected before it is traversed if it is nested too deeply', async () => {
    const nested = (depth: number) => `{"kind":"AdmissionReview","a":${'['.repeat(depth)}${']'.repeat(depth)}}`;
    expect(await post(nested(20_000))).toMatchObject({
      code: 400,
      body: { message: 'the object is nested deeper than 500 levels' },
    });
    expect((await post(nested(400))).body['message']).not.toContain('nested');
  });

  it.each([
    ['name', 7],
    ['namespace', []],
    ['labels', 'none'],
    ['annotations', { a: 1 }],
    ['deletionTimestamp', {}],
  ])('is rejected if metadata.%s of the object has a wrong type, with its path', async (field, value) => {
    const { code, body } = await post(jobRunReview({ templateRef: 'echo' }, { [field]: value }));
    expect(code).toBe(400);
    expect(body['message']).toContain(`request.object.metadata.${field}`);
  });

  it.each([null, undefined])('is rejected if the object of a creation is %s', async (object) => {
    const review = jobRunReview();
    expect(await post({ ...review, request: { ...review.request, object } })).toMatchObject({
      code: 400,
      body: { message: 'the AdmissionReview for CREATE has no object' },
    });
  });

  it('is rejected above 7 MiB, with the limit', async () => {
    expect(await post('x'.repeat(8 * 1024 * 1024))).toMatchObject({
      code: 413,
      body: { code: 413, reason: 'RequestEntityTooLarge', message: 'the AdmissionReview is larger than 7 MiB' },
    });
  });

  it('is read as JSON whatever its content type is', async () => {
    expect(await post(JSON.stringify(review), '/validate', 'text/plain')).toMatchObject({ code: 200 });
  });
});

describe('an internal error', () => {
  it('is logged with its cause, and not shown to the client', async () => {
    validate = () => {
      throw new TypeError('reading x of undefined');
    };
    const { code, body } = await post(jobRunReview());
    expect(code).toBe(500);
    expect(JSON.stringify(body)).not.toContain('undefined');
    expect(body['message']).toBe('internal error of the job-template-run webhook; see its log');
    const logged = JSON.stringify(lines.find(({ level }) => level === 50));
    expect(logged).toContain('reading x of undefined');
    expect(logged).toContain('705ab4f5-6393-11e8-b7cc-42010a800002');
  });
});

describe('while draining', () => {
  it('responds as before and closes the connections of clients', async () => {
    expect((await post(jobRunReview())).headers['connection']).not.toBe('close');
    const drained = drain.run({ quietMs: 20, maxMs: 1000 });
    const { code, headers } = await post(jobRunReview());
    expect(code).toBe(200);
    expect(headers['connection']).toBe('close');
    await drained;
  });
});
