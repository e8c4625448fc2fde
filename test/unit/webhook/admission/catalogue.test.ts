import { describe, expect, it } from 'vitest';
import type { AdmissionRequest } from '../../../../api/admission-review.ts';
import type { JobRun } from '../../../../api/job-run.ts';
import type { JobTemplate } from '../../../../api/job-template.ts';
import type { AuthorizationMode, MissingTemplatePolicy } from '../../../../api/names.ts';
import type { ReferenceKind } from '../../../../core/job/references.ts';
import { templateRevision } from '../../../../core/template/template-revision.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { ObjectCache } from '../../../../kube/watch/cache.ts';
import { echoTemplate } from '../../core/objects.ts';
import { revisionStore } from '../../revisions/revision-stores.ts';
import { decidersWith } from '../deciders.ts';
import { FakeApiServer, invalidJob, noAnswer, refusal } from '../fake-api-server.ts';
import { ECHO_SPEC, jobRunReview, jobTemplateReview } from '../reviews.ts';

/** A request, and the sentences that the user sees: warnings first, then the causes of a denial. */
interface Entry {
  when: string;
  request: AdmissionRequest;
  sentences: string[];
  path?: 'mutate';
  apiServer?: (apiServer: FakeApiServer) => unknown;
  mode?: AuthorizationMode;
  warnMissing?: ReferenceKind[];
  missingTemplate?: MissingTemplatePolicy;
  callbackAllowedHosts?: string;
}

const OLD = echoTemplate({ backoffLimit: 1 });
const OLD_REVISION = templateRevision(OLD);
const CURRENT_REVISION = templateRevision(echoTemplate());
const run = (spec: object = {}, metadata: object = {}) =>
  jobRunReview({ templateRef: 'echo', ...spec }, metadata).request;
const update = (before: object, after: object, status?: object): AdmissionRequest => {
  const oldObject = { metadata: {}, spec: { templateRef: 'echo', ...before } };
  const { request } = jobRunReview({ templateRef: 'echo', ...after }, {}, { operation: 'UPDATE', oldObject });
  return { ...request, object: { ...(request.object as JobRun), status } };
};
const template = (operation: 'CREATE' | 'UPDATE' | 'DELETE' = 'CREATE') =>
  jobTemplateReview(ECHO_SPEC, {}, { operation, oldObject: { ...echoTemplate(), kind: 'JobTemplate' } }).request;

const gone = (apiServer: FakeApiServer) => {
  apiServer.templates.clear();
};
const dryRunFails = (error: Error) => (apiServer: FakeApiServer) =>
  (apiServer.onDryRun = () => {
    throw error;
  });
const QUOTA = refusal(403, 'jobs.batch "x" is forbidden: exceeded quota', { name: 'x' });
const POLICY = refusal(422, `jobs.batch "x" is forbidden: ValidatingAdmissionPolicy 'team' denied request: no label`, {
  name: 'x',
  causes: [{ message: "ValidatingAdmissionPolicy 'team' denied request: no label" }],
});
const runs = (count: number) => (apiServer: FakeApiServer) =>
  (apiServer.runs = Array.from({ length: count }, () => run()).map(({ object }) => object as JobRun));
const storeOld = (apiServer: FakeApiServer) => revisionStore(apiServer).keep(versionOfTemplate(OLD));

const CATALOGUE: Entry[] = [
  {
    when: 'the template of a JobRun waits to be created',
    request: run(),
    apiServer: gone,
    missingTemplate: 'Wait',
    sentences: ['JobTemplate "echo" does not exist: this JobRun waits for it'],
  },
  {
    when: 'the template of a JobRun is about to be created',
    request: run(),
    apiServer: gone,
    missingTemplate: 'Fail',
    sentences: ['JobTemplate "echo" does not exist: this JobRun fails unless the template appears shortly'],
  },
  {
    when: 'the template cannot be looked up',
    request: run(),
    apiServer: (apiServer) => (apiServer.down = noAnswer()),
    sentences: ['JobTemplate "echo" could not be looked up: POST /: no answer in 2500 ms'],
  },
  {
    when: 'a callback is set and no host is permitted',
    request: run({ callbackUrl: 'https://hooks.example.com/done' }),
    sentences: [
      'spec.callbackUrl: Forbidden: no callbacks are permitted: the administrator of the cluster permits them by host, with the chart value callbacks.allowedHosts',
    ],
  },
  {
    when: 'the token of a callback is in the JobRun',
    request: run({ callbackUrl: 'https://hooks.example.com/done', callbackToken: 'a-very-secret-token' }),
    callbackAllowedHosts: 'hooks.example.com',
    sentences: [
      'spec.callbackToken: all readers of this JobRun can read the token; store it in a Secret, and set spec.callbackTokenSecretRef instead',
    ],
  },
  {
    when: 'the token of a callback is in another field too',
    request: run({
      callbackUrl: 'https://hooks.example.com/done',
      callbackToken: 'a-very-secret-token',
      args: ['a-very-secret-token'],
    }),
    callbackAllowedHosts: 'hooks.example.com',
    apiServer: dryRunFails(
      refusal(422, 'Job.batch "x" is invalid', {
        causes: [
          {
            reason: 'FieldValueInvalid',
            field: 'spec.template.spec.containers[0].args[0]',
            message: 'Invalid value: "a-very-secret-token": wrong',
          },
        ],
      }),
    ),
    sentences: [
      'spec.callbackToken: all readers of this JobRun can read the token; store it in a Secret, and set spec.callbackTokenSecretRef instead',
      'spec.args[0]: Invalid value: "***": wrong',
    ],
  },
  {
    when: 'the revision does not exist',
    request: run({ templateRevision: '0123456789' }),
    sentences: [
      `spec.templateRevision: Not found: "0123456789": JobTemplate "echo" has the revisions "${CURRENT_REVISION}", newest first; leave the field out to use the current revision`,
    ],
  },
  {
    when: 'the revision cannot be marked as used',
    request: run({ templateRevision: OLD_REVISION }),
    apiServer: async (apiServer) => {
      await storeOld(apiServer);
      apiServer.patch = () => Promise.reject(noAnswer());
    },
    sentences: ['the revision that this JobRun names could not be marked as used: POST /: no answer in 2500 ms'],
  },
  {
    when: 'an older revision is named to get around a template that was made stricter',
    request: run({ templateRevision: OLD_REVISION, args: ['a'] }),
    apiServer: async (apiServer) => {
      await storeOld(apiServer);
      apiServer.templates.set('team/echo', { ...echoTemplate(), overrides: { allow: [] } });
    },
    sentences: [
      'spec.args: Forbidden: JobTemplate "echo" allows no overrides; the present JobTemplate "echo" also applies to runs of older revisions',
    ],
  },
  {
    when: 'a JobRun is restored from a backup',
    path: 'mutate',
    request: run({}, { labels: { 'velero.io/restore-name': 'monday' } }),
    sentences: [
      'this JobRun was restored from a backup or copied from the cluster, and may have run before: it gets no Job until its annotation hematoscope.app/restored is set to "Run"',
    ],
  },
  {
    when: 'the revision cannot be stored',
    path: 'mutate',
    request: run(),
    apiServer: (apiServer) => (apiServer.create = () => Promise.reject(noAnswer())),
    sentences: [
      'the revision of the template could not be stored, so a change to the template before the Job is created affects this JobRun: POST /: no answer in 2500 ms',
    ],
  },
  {
    when: 'a quota forbids the Job of a JobRun',
    request: run(),
    apiServer: dryRunFails(QUOTA),
    sentences: ['jobruns.hematoscope.app "echo-hello" is forbidden: its Job would be refused: exceeded quota'],
  },
  {
    when: 'a policy denies the Job of a JobRun',
    request: run(),
    apiServer: dryRunFails(POLICY),
    sentences: [
      'jobruns.hematoscope.app "echo-hello" is forbidden: its Job would be refused: ValidatingAdmissionPolicy \'team\' denied request: no label',
    ],
  },
  {
    when: 'the Job of a JobRun cannot be checked',
    request: run(),
    apiServer: dryRunFails(noAnswer()),
    sentences: ['the Job of this JobRun could not be checked: POST /: no answer in 2500 ms'],
  },
  {
    when: 'the Job refers to objects that do not exist',
    request: run(),
    warnMissing: ['Secret', 'PriorityClass'],
    apiServer: (apiServer) => {
      const stored = echoTemplate();
      const podSpec = stored.spec.template.spec!;
      podSpec.priorityClassName = 'high';
      podSpec.containers[0]!.envFrom = [{ secretRef: { name: 'token' } }];
      apiServer.templates.set('team/echo', stored);
    },
    sentences: [
      'PriorityClass "high" does not exist; it is referenced by the Pods',
      'Secret "token" does not exist in namespace "team"; it is referenced by container "echo", envFrom',
    ],
  },
  {
    when: 'the requester is another user',
    request: run({}, { annotations: { 'hematoscope.app/requested-by': 'olga' } }),
    sentences: [
      'metadata.annotations[hematoscope.app/requested-by]: Forbidden: this annotation is set at admission to the user that creates the JobRun; leave it out',
    ],
  },
  {
    when: 'the user that cancels is another user',
    request: run({ cancel: true }, { annotations: { 'hematoscope.app/cancelled-by': 'olga' } }),
    sentences: [
      'metadata.annotations[hematoscope.app/cancelled-by]: Forbidden: this annotation is set at admission to the user that cancels the JobRun; leave it out',
    ],
  },
  {
    when: 'a JobRun is created that is cancelled already',
    request: run({ cancel: true }),
    sentences: ['this JobRun is created with spec.cancel: it is cancelled, and gets no Job'],
  },
  {
    when: 'a cancelled JobRun is set back',
    request: update({ cancel: true }, { cancel: false }),
    sentences: [
      'spec.cancel: Forbidden: cancel cannot be set back: the JobRun is cancelled; to run it again, create another JobRun with a name of its own',
    ],
  },
  {
    when: 'a finished JobRun is cancelled',
    request: update({}, { cancel: true }, { conditions: [{ type: 'Finished', status: 'True' }] }),
    sentences: ['this JobRun has finished: cancelling it changes nothing'],
  },
  {
    when: 'a cancelled JobRun is suspended',
    request: update({ cancel: true }, { cancel: true, suspend: true }),
    sentences: ['this JobRun is cancelled: suspending or resuming it changes nothing'],
  },
  {
    when: 'the user cannot use the template',
    request: run(),
    mode: 'Use',
    sentences: [
      'jobruns.hematoscope.app "echo-hello" is forbidden: user "jane" cannot use JobTemplate "echo": this requires the verb "use" on jobtemplates.hematoscope.app "echo" in namespace "team"',
    ],
  },
  {
    when: 'the user cannot override',
    request: run({ templateKind: 'ClusterJobTemplate', parallelism: 2 }),
    mode: 'Use',
    apiServer: (apiServer) => apiServer.allowedVerbs.add('use'),
    sentences: [
      'jobruns.hematoscope.app "echo-hello" is forbidden: user "jane" cannot override parallelism of ClusterJobTemplate "echo": this requires the verb "override" on clusterjobtemplates.hematoscope.app "echo" in the cluster',
    ],
  },
  {
    when: 'the permission cannot be checked',
    request: run(),
    mode: 'Use',
    apiServer: (apiServer) => (apiServer.create = () => Promise.reject(noAnswer())),
    sentences: [
      'jobruns.hematoscope.app "echo-hello" is forbidden: cannot check whether user "jane" has the verb "use" on jobtemplates.hematoscope.app "echo" in namespace "team": POST /: no answer in 2500 ms',
    ],
  },
  {
    when: 'the spec changes',
    request: update({ args: ['a'] }, { args: ['b'] }),
    sentences: [
      'spec.args: Forbidden: args is immutable: a JobRun runs once, as it was created; create another JobRun with a name of its own',
    ],
  },
  {
    when: 'a finished JobRun is suspended',
    request: update({}, { suspend: true }, { conditions: [{ type: 'Finished', status: 'True' }] }),
    sentences: ['this JobRun has finished: suspending or resuming it changes nothing'],
  },
  {
    when: 'a quota forbids the Jobs of a template',
    request: template(),
    apiServer: dryRunFails(QUOTA),
    sentences: ['a Job of this JobTemplate would be refused now: exceeded quota'],
  },
  {
    when: 'a policy denies the Jobs of a template',
    request: template(),
    apiServer: dryRunFails(POLICY),
    sentences: [
      "a Job of this JobTemplate would be refused now: ValidatingAdmissionPolicy 'team' denied request: no label",
    ],
  },
  {
    when: 'a template cannot be checked',
    request: template(),
    apiServer: dryRunFails(noAnswer()),
    sentences: ['this JobTemplate could not be checked: POST /: no answer in 2500 ms'],
  },
  {
    when: 'a template is invalid',
    request: template(),
    apiServer: dryRunFails(invalidJob('spec.backoffLimit', 'Invalid value: -1')),
    sentences: ['spec.backoffLimit: Invalid value: -1'],
  },
  {
    when: 'a template with an unfinished JobRun is deleted',
    request: template('DELETE'),
    apiServer: runs(1),
    sentences: [
      '1 JobRun of JobTemplate "echo" is not finished: it continues if its Job exists; without a Job, a run can fail with the reason TemplateDeleted',
    ],
  },
  {
    when: 'a template with unfinished JobRuns is deleted',
    request: template('DELETE'),
    apiServer: runs(2),
    sentences: [
      '2 JobRuns of JobTemplate "echo" are not finished: those whose Job exists continue; without a Job, a run can fail with the reason TemplateDeleted',
    ],
  },
  {
    when: 'a template with an unfinished JobRun is updated',
    request: template('UPDATE'),
    apiServer: runs(1),
    sentences: ['1 JobRun of JobTemplate "echo" is not finished: it keeps the revision it was admitted with'],
  },
  {
    when: 'a template with unfinished JobRuns is updated',
    request: template('UPDATE'),
    apiServer: runs(2),
    sentences: ['2 JobRuns of JobTemplate "echo" are not finished: they keep the revisions they were admitted with'],
  },
];

async function shown({ request, path, apiServer: arrange, ...setup }: Entry): Promise<string[]> {
  const client = new FakeApiServer();
  client.templates.set('team/echo', echoTemplate());
  await arrange?.(client);
  const cache = new ObjectCache<JobTemplate>();
  const decide = decidersWith({ client, cache, ...setup })[path ?? 'validate'];
  const verdict = await decide(request, new AbortController().signal);
  if (verdict.allowed) return verdict.warnings;
  const { message, details } = verdict.status;
  const causes = details?.causes?.map((cause) => `${cause.field}: ${cause.message}`);
  return [...verdict.warnings, ...(causes ?? [message])];
}

/** Words that the style guide replaces, as whole words. */
const AVOIDED =
  /\b(told|tells|said|says|saying|stands|who|whoever|whom|none|in vain|of no use|goes|anew|made|kept|ended|ends|looks|asks|asked|carried over)\b/i;

describe('every sentence that the webhook returns', () => {
  it.each(CATALOGUE)('is as listed when $when', async (entry) => {
    expect(await shown(entry)).toEqual(entry.sentences);
  });

  it.each(CATALOGUE.flatMap(({ sentences }) => sentences))('reads well: %s', (sentence) => {
    expect(sentence).not.toMatch(AVOIDED);
    expect(sentence, 'no period at the end').not.toMatch(/\.$/);
    expect(sentence, 'single spaces, none at the ends').toBe(sentence.trim().replaceAll(/\s+/g, ' '));
    expect(sentence, 'no empty part').not.toMatch(/: :|: ;|; ;|""|undefined|\[object/);
  });
});
