import { beforeEach, describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import type { Verdict } from '../../../../webhook/admission/verdict.ts';
import { decidersWith } from '../deciders.ts';
import { FakeApiServer, invalidJob, refusal } from '../fake-api-server.ts';
import { ECHO_SPEC, jobTemplateReview } from '../reviews.ts';

let apiServer: FakeApiServer;

beforeEach(() => {
  apiServer = new FakeApiServer();
});

async function decide(request: AdmissionRequest): Promise<Verdict> {
  const { validate } = decidersWith({ client: apiServer });
  return validate(request, AbortSignal.timeout(5000));
}

const SECRET = 'hunter2 and more words, 40 characters long';

/** A template that uses a secret parameter in a label. */
function request(schema: object, others: object = {}): AdmissionRequest {
  const { request: made } = jobTemplateReview({
    template: { ...ECHO_SPEC.template, metadata: { labels: { token: '$(params.token)' } } },
  });
  const parameters = [{ name: 'token', secret: true, schema: { type: 'string', ...schema }, ...others }];
  return { ...made, object: { ...(made.object as object), parameters } };
}

const LABEL = 'spec.template.labels';
const quoting = (value: string) => (): void => {
  throw invalidJob(LABEL, `Invalid value: "${value}": a valid label must be different`);
};

describe('the answer to a template quotes no value of a secret parameter', () => {
  it.each<[string, AdmissionRequest]>([
    ['its default', request({}, { default: SECRET })],
    ['its only value', request({ enum: [SECRET] })],
    ['one of its values', request({ enum: [SECRET, `another ${SECRET}`] })],
    ['its example', request({ examples: [SECRET] })],
  ])('%s', async (_, template) => {
    apiServer.onDryRun = quoting(SECRET);
    const verdict = await decide(template);
    expect(JSON.stringify(verdict)).not.toMatch(/hunter|words/);
    expect(JSON.stringify(verdict)).toMatch(/Invalid value: \\*"\*\*\*\\*": a valid label/);
  });

  it('where the API server has cut it', async () => {
    apiServer.onDryRun = quoting(`${SECRET.slice(0, 9)}...`);
    expect(JSON.stringify(await decide(request({}, { default: SECRET })))).not.toContain('hunter');
  });

  it('in the denial of a policy', async () => {
    apiServer.onDryRun = () => {
      throw refusal(403, `jobs.batch "echo" is forbidden: no ${SECRET}`, { name: 'echo' });
    };
    const verdict = await decide(request({}, { default: SECRET }));
    expect(verdict).toMatchObject({ allowed: true, warnings: [expect.stringContaining('no ***')] });
  });
});
