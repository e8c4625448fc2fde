import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { expectSuccess } from '../integration/command-results.ts';
import { useCluster, type Cluster } from './cluster.ts';
import { eventually } from './eventually.ts';
import { execute } from './execute.ts';
import { installChart, release, releaseNamespace, removeEverything } from './install.ts';
import { placeIn, run, template, type Place, type SeenRun } from './objects.ts';

const namespace = 'e2e-api';
/** The syncer in its own Deployment, so that it can be stopped while admission continues. */
const syncerApart = ['--set', 'syncer.mode=Deployment', '--set', 'syncer.replicas=1'];

let cluster: Cluster;
let place: Place;

beforeAll(async () => {
  cluster = await useCluster();
  place = placeIn(cluster, namespace);
  await removeEverything(cluster);
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
  await cluster.kubectl('create', 'namespace', namespace);
  await installChart(cluster, ...syncerApart);
});

afterAll(async () => {
  await cluster.kubectl('delete', 'namespace', namespace, '--ignore-not-found', '--timeout=120s');
  await removeEverything(cluster);
});

interface Pod {
  metadata: { labels: Record<string, string> };
  spec: { initContainers?: Container[]; containers: Container[] };
}
interface Container {
  name: string;
  args?: string[];
  env?: { name: string; value: string }[];
}
interface Job {
  metadata: { labels: Record<string, string>; annotations: Record<string, string> };
  spec: Record<string, unknown> & { template: Pod };
}

describe('the overrides of a run', () => {
  const sidecars = {
    initContainers: [{ name: 'prepare', image: 'busybox', command: ['echo'], args: ['nothing'] }],
    containers: [
      { name: 'main', image: 'busybox', command: ['echo'], env: [{ name: 'KEPT', value: 'yes' }] },
      { name: 'helper', image: 'busybox', command: ['echo'] },
    ],
  };

  test('are applied to the Job and its Pods: containers by name, numbers of the Job, labels', async () => {
    const numbers = {
      parallelism: 2,
      completions: 2,
      backoffLimit: 3,
      activeDeadlineSeconds: 300,
      ttlSecondsAfterFinished: 3600,
    };
    const allow = ['args', 'command', 'env', 'resources', 'metadata', ...Object.keys(numbers)];
    await place.accepted(template('several', {}, { content: { overrides: { allow } }, pod: sidecars }));
    const labels = { 'kueue.x-k8s.io/queue-name': 'batch', team: 'red' };
    const containers = [
      { name: 'prepare', args: ['prepared'] },
      { name: 'helper', env: [{ name: 'MODE', value: 'fast' }], resources: { requests: { cpu: '10m' } } },
    ];
    const metadata = { labels, annotations: { note: 'by hand' } };
    const spec = { args: ['first'], env: [{ name: 'MORE', value: 'too' }], containers, ...numbers, metadata };
    await place.accepted(run('over', 'several', spec));
    expect(await place.phaseAtEnd('over')).toBe('Succeeded');
    const seen = await place.get<SeenRun>('jobrun', 'over');
    const job = await place.get<Job>('job', seen.status.jobName);
    expect(job.spec).toMatchObject(numbers);
    expect(job.metadata).toMatchObject({ labels, annotations: { note: 'by hand' } });
    const pods = await place.list<Pod>('pods', 'hematoscope.app/job-run=over');
    expect(pods).toHaveLength(2);
    for (const pod of pods) {
      expect(pod.metadata.labels).toMatchObject(labels);
      expect(pod.spec.initContainers).toMatchObject([{ name: 'prepare', args: ['prepared'] }]);
      const [main, helper] = pod.spec.containers;
      expect(main).toMatchObject({
        args: ['first'],
        env: [
          { name: 'KEPT', value: 'yes' },
          { name: 'MORE', value: 'too' },
        ],
      });
      expect(helper).toMatchObject({ env: [{ name: 'MODE', value: 'fast' }], resources: { requests: { cpu: '10m' } } });
    }
  });

  const refused: [string, object, string[]][] = [
    ['an image, which the template does not allow', { image: 'nginx' }, ['spec.image', 'Forbidden', 'args']],
    ['an image of a named container', { containers: [{ name: 'helper', image: 'nginx' }] }, ['image', 'Forbidden']],
    ['a node selector', { nodeSelector: { disk: 'ssd' } }, ['spec.nodeSelector', 'Forbidden']],
    ['a ServiceAccount, which no run can set', { serviceAccountName: 'root' }, ['spec.serviceAccountName']],
    [
      'a container that the template does not have',
      { containers: [{ name: 'helpr', args: [] }] },
      ['Not found: "helpr"', 'did you mean "helper"?'],
    ],
    ['args in both forms', { args: ['a'], containers: [{ name: 'main', args: ['b'] }] }, ['spec.', 'args']],
    [
      'one of our own labels',
      { metadata: { labels: { 'hematoscope.app/job-run': 'other' } } },
      ['hematoscope.app/job-run', 'Forbidden'],
    ],
    ['a negative number', { parallelism: -1 }, ['spec.parallelism', 'greater than or equal to 0']],
    ['a parameter that is not declared', { parameters: { day: 'x' } }, ['spec.parameters[day]']],
  ];

  test.each(refused)('are denied for %s', async (_, spec, sentences) => {
    const denied = await place.apply(run('refused', 'several', spec));
    expect(denied.code).toBe(1);
    for (const sentence of sentences) expect(denied.stderr).toContain(sentence);
    expect(await place.kubectl('get', 'jobrun', 'refused', '--ignore-not-found')).toBe('');
  });

  test('are denied with all mistakes at once', async () => {
    const denied = await place.apply(run('refused', 'several', { image: 'nginx', nodeSelector: { disk: 'ssd' } }));
    expect(denied.stderr).toContain('spec.image');
    expect(denied.stderr).toContain('spec.nodeSelector');
  });

  test('are denied if the allow list is empty', async () => {
    await place.accepted(template('closed', { command: ['true'] }, { content: { overrides: { allow: [] } } }));
    const denied = await place.apply(run('refused', 'closed', { args: ['x'] }));
    expect(denied.stderr).toContain('spec.args: Forbidden');
    await place.accepted(run('as-it-is', 'closed'));
  });
});

describe('parameters', () => {
  const texts = {
    quotes: `'single' "double" \`back\` ''' """`,
    lines: 'one\ntwo\r\n\n\ttabbed\n',
    dollars: '$(HOME) $(GREETING) $$ $$(GREETING) $ $(params.quotes) $$(params.quotes) ${HOME} $',
    unicode: 'żółć 日本語 🚀 \u2028 \u0085 \u007f é',
    slashes: String.raw`\ \\ \n \" C:\dir\ /*{{ .Values }}*/ #{x} <a> & ; | > * ? ~ !`,
    yaml: '- a: [b, {c: d}] # no comment\n&x *x !!int "',
    empty: '',
  };

  test('reach argv and the environment byte for byte', async () => {
    const names = Object.keys(texts);
    const container = {
      // The shell is process 1 of its container: /proc/1 shows what it was started with.
      command: ['sh', '-c', 'base64 /proc/1/cmdline | tr -d "\\n"; echo; base64 /proc/1/environ | tr -d "\\n"', 'argv'],
      args: [
        ...names.map((name) => `$(params.${name})`),
        '$(params.list[*])',
        '-n=$(params.count)/$(params.share)/$(params.really)',
        '$$(params.quotes) $(GREETING) $(UNKNOWN)',
      ],
      env: [
        { name: 'GREETING', value: 'hi' },
        ...names.map((name) => ({ name: name.toUpperCase(), value: `<$(params.${name})>` })),
      ],
    };
    const parameters = [
      ...names.map((name) => ({ name })),
      { name: 'list', schema: { type: 'array', items: { type: 'string' } } },
      { name: 'count', schema: { type: 'integer' } },
      { name: 'share', schema: { type: 'number' } },
      { name: 'really', schema: { type: 'boolean' }, default: true },
    ];
    const list = Object.values(texts);
    await place.accepted(template('argv', container, { content: { parameters } }));
    await place.accepted(run('argv', 'argv', { parameters: { ...texts, list, count: 42, share: 0.5 } }));
    expect(await place.phaseAtEnd('argv')).toBe('Succeeded');
    const [argv, environment] = (await place.logs('argv'))
      .split('\n')
      .map((line) => Buffer.from(line, 'base64').toString().split('\0'));
    const expected = [...list, ...list, '-n=42/0.5/true', '$(params.quotes) hi $(UNKNOWN)'];
    expect(argv?.slice(argv.indexOf('argv') + 1, -1)).toEqual(expected);
    for (const [name, text] of Object.entries(texts)) expect(environment).toContain(`${name.toUpperCase()}=<${text}>`);
  });

  test('are denied if they do not match their declarations, all at once', async () => {
    const parameters = [
      { name: 'size', schema: { type: 'integer', maximum: 10 } },
      { name: 'day', schema: { type: 'string', pattern: '^[0-9-]+$', maxLength: 10 } },
      { name: 'needed' },
    ];
    const args = ['$(params.size)', '$(params.day)', '$(params.needed)'];
    await place.accepted(template('typed', { command: ['echo'], args }, { content: { parameters } }));
    const denied = await place.apply(run('refused', 'typed', { parameters: { size: '11', day: 'today', neded: 'x' } }));
    expect(denied.code).toBe(1);
    for (const name of ['size', 'day', 'needed', 'neded']) expect(denied.stderr).toContain(`spec.parameters[${name}]`);
    expect(denied.stderr).toContain('did you mean "needed"?');
  });

  test('must be declared by the template', async () => {
    const denied = await place.apply(template('undeclared', { command: ['echo'], args: ['$(params.nothing)'] }));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('spec.template.spec.containers[0].args[0]');
  });
});

describe('the same manifest applied again', () => {
  test('kubectl apply changes nothing', async () => {
    await place.accepted(template('plain', { command: ['true'] }));
    await place.accepted(run('twice', 'plain', { env: [{ name: 'A', value: 'b' }] }));
    await place.phaseAtEnd('twice');
    const before = await place.get<SeenRun>('jobrun', 'twice');
    const again = await place.accepted(run('twice', 'plain', { env: [{ name: 'A', value: 'b' }] }));
    expect(again.stdout).toBe('jobrun.hematoscope.app/twice unchanged\n');
    expect(await place.get<SeenRun>('jobrun', 'twice')).toEqual(before);
  });

  test('kubectl replace changes nothing that admission has set', async () => {
    const kubectl = (verb: string) =>
      execute([cluster.kubectlPath, verb, '-n', namespace, '-f', '-'], {
        env: cluster.environment,
        input: JSON.stringify(run('replaced', 'plain')),
      });
    expectSuccess(await kubectl('create'));
    await place.phaseAtEnd('replaced');
    const before = await place.get<SeenRun>('jobrun', 'replaced');
    expect(before.spec.templateRevision).toMatch(/^[0-9a-f]{10}$/);
    expectSuccess(await kubectl('replace'));
    const after = await place.get<SeenRun>('jobrun', 'replaced');
    expect(after.metadata).toMatchObject({
      uid: before.metadata.uid,
      generation: before.metadata.generation,
      labels: before.metadata.labels,
      annotations: { 'hematoscope.app/requested-by': before.metadata.annotations!['hematoscope.app/requested-by'] },
    });
    expect(after.spec).toEqual(before.spec);
  });

  test('a changed manifest is denied, and the message names the field', async () => {
    const denied = await place.apply(run('twice', 'plain', { env: [{ name: 'A', value: 'c' }] }));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('env is immutable');
  });
});

test('a suspended run starts when it is resumed', async () => {
  await place.accepted(run('sleeping', 'plain', { suspend: true }));
  await place.kubectl('wait', 'jobrun/sleeping', '--for=jsonpath={.status.phase}=Suspended', '--timeout=60s');
  await place.kubectl('patch', 'jobrun', 'sleeping', '--type=merge', '-p', '{"spec":{"suspend":false}}');
  expect(await place.phaseAtEnd('sleeping')).toBe('Succeeded');
});

describe('revisions', { concurrent: false }, () => {
  const templateThatPrints = (text: string) => template('says', { command: ['echo', text] });
  const revisionsOf = (name: string) =>
    place.list<{ metadata: { labels: Record<string, string> } }>(
      'controllerrevisions',
      `hematoscope.app/job-template=${name}`,
    );
  const scaleSyncer = async (replicas: number) => {
    const syncer = `deployment/${release}-syncer`;
    await cluster.kubectl('-n', releaseNamespace, 'scale', syncer, `--replicas=${replicas}`);
    await cluster.kubectl('-n', releaseNamespace, 'rollout', 'status', syncer, '--timeout=90s');
    if (replicas === 0)
      await eventually('no syncer', async () => {
        const pods = ['get', 'pods', '-l', 'app.kubernetes.io/component=syncer', '-o', 'name'];
        return (await cluster.kubectl('-n', releaseNamespace, ...pods)) === '' ? true : undefined;
      });
  };
  let first: string;

  test('a dry run of a template and of a run writes nothing', async () => {
    await scaleSyncer(0);
    expectSuccess(await place.apply(templateThatPrints('never'), '--dry-run=server'));
    await place.accepted(template('dry', { command: ['true'] }));
    expectSuccess(await place.apply(run('dry', 'dry'), '--dry-run=server'));
    expect(await place.kubectl('get', 'jobtemplate', 'says', '--ignore-not-found')).toBe('');
    expect(await place.kubectl('get', 'jobrun', 'dry', '--ignore-not-found')).toBe('');
    expect(await revisionsOf('dry')).toEqual([]);
  });

  test('what was admitted is what runs, even if the template is edited before the Job is created', async () => {
    await place.accepted(templateThatPrints('old'));
    await place.accepted(run('admitted', 'says'));
    await place.accepted(run('suspended', 'says', { suspend: true }));
    const edited = await place.accepted(templateThatPrints('new'));
    expect(edited.stderr).toMatch(/Warning: .*2 /);
    await place.accepted(run('later', 'says'));
    first = (await place.get<SeenRun>('jobrun', 'admitted')).spec.templateRevision!;

    await place.accepted(template('deleted', { command: ['echo', 'deleted'] }));
    await place.accepted(run('orphan', 'deleted'));
    const { stderr } = await execute([cluster.kubectlPath, '-n', namespace, 'delete', 'jobtemplate', 'deleted'], {
      env: cluster.environment,
    });
    expect(stderr).toMatch(/Warning: .*1 /);

    await scaleSyncer(1);
    expect(await place.phaseAtEnd('admitted')).toBe('Succeeded');
    expect(await place.logs('admitted')).toBe('old\n');
    expect((await place.get<SeenRun>('jobrun', 'admitted')).status.template).toMatchObject({ revision: first });
    expect(await place.phaseAtEnd('later')).toBe('Succeeded');
    expect(await place.logs('later')).toBe('new\n');
  });

  test('a run whose template was deleted runs what was admitted, or reports why it does not', async () => {
    const phase = await place.phaseAtEnd('orphan');
    if (phase === 'Succeeded') expect(await place.logs('orphan')).toBe('deleted\n');
    else {
      const reason = 'jsonpath={.status.conditions[?(@.type=="Failed")].reason}';
      expect(await place.kubectl('get', 'jobrun', 'orphan', '-o', reason)).toBe('TemplateDeleted');
    }
  });

  test('kubectl get controllerrevisions shows the history, and a run can name an older revision', async () => {
    const labels = await eventually('two revisions', async () => {
      const revisions = await revisionsOf('says');
      return revisions.length === 2 ? revisions.map(({ metadata }) => metadata.labels) : undefined;
    });
    expect(labels.map((each) => each['hematoscope.app/template-revision'])).toContain(first);
    await place.accepted(run('again', 'says', { templateRevision: first }));
    expect(await place.phaseAtEnd('again')).toBe('Succeeded');
    expect(await place.logs('again')).toBe('old\n');
  });

  test('a revision that does not exist is denied, and the message lists the existing ones', async () => {
    const denied = await place.apply(run('refused', 'says', { templateRevision: '0123456789' }));
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('spec.templateRevision: Not found: "0123456789"');
    expect(denied.stderr).toContain(first);
  });

  test('a suspended run keeps its revision, however long it waits', async () => {
    await place.kubectl('patch', 'jobrun', 'suspended', '--type=merge', '-p', '{"spec":{"suspend":false}}');
    expect(await place.phaseAtEnd('suspended')).toBe('Succeeded');
    expect(await place.logs('suspended')).toBe('old\n');
  });
});

describe('validation at apply', () => {
  test('denies a run if a quota is used up', async () => {
    const quota = { metadata: { name: 'no-jobs' }, spec: { hard: { 'count/jobs.batch': '0' } } };
    await place.accepted({ apiVersion: 'v1', kind: 'ResourceQuota', ...quota });
    try {
      await place.kubectl('wait', 'resourcequota/no-jobs', '--for=jsonpath={.status.used}', '--timeout=60s');
      // The cached verdict covers parallelism: no verdict of an earlier run applies to this one.
      const denied = await place.apply(run('too-many', 'plain', { parallelism: 7 }));
      expect(denied.code).toBe(1);
      expect(denied.stderr).toContain('exceeded quota: no-jobs');
    } finally {
      await place.kubectl('delete', 'resourcequota', 'no-jobs');
    }
  });

  test('warns of a missing Secret, and admits the run', async () => {
    const envFrom = [{ secretRef: { name: 'not-yet' } }];
    await place.accepted(template('secretive', { command: ['true'], envFrom }, { spec: { suspend: true } }));
    const done = await place.accepted(run('secretive', 'secretive'));
    expect(done.stdout).toContain('created');
    expect(done.stderr).toMatch(/Warning: .*not-yet/);
  });
});

test('a ClusterJobTemplate serves every namespace', async () => {
  const everywhere = { ...template('e2e-everywhere', { command: ['echo', 'hi'] }), kind: 'ClusterJobTemplate' };
  await cluster.apply(JSON.stringify(everywhere));
  try {
    await place.accepted(run('everywhere', 'e2e-everywhere', { templateKind: 'ClusterJobTemplate' }));
    expect(await place.phaseAtEnd('everywhere')).toBe('Succeeded');
    expect(await place.logs('everywhere')).toBe('hi\n');
    const label = 'hematoscope.app/cluster-job-template=e2e-everywhere';
    const revisions = ['get', 'controllerrevisions', '-l', label, '-o', 'name'];
    expect((await cluster.kubectl('-n', releaseNamespace, ...revisions)).trim().split('\n')).toHaveLength(1);
    expect(await place.kubectl('get', 'jobs', '-l', label, '-o', 'name')).toContain('everywhere');
    const denied = await place.apply(run('refused', 'e2e-evrywhere', { templateKind: 'ClusterJobTemplate' }));
    expect(denied.stderr).toContain('did you mean "e2e-everywhere"?');
  } finally {
    await cluster.kubectl('delete', 'clusterjobtemplate', 'e2e-everywhere');
  }
});

describe('authorization in mode Use', { concurrent: false }, () => {
  const as = ['--as', 'alice', '--as-group', 'team'];
  const role = (name: string, verbs: string[], resources: string[], resourceNames?: string[]) => [
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'Role',
      metadata: { name },
      rules: [{ apiGroups: ['hematoscope.app'], resources, verbs, ...(resourceNames && { resourceNames }) }],
    },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'team' }],
    },
  ];
  const grant = async (...given: Parameters<typeof role>) => {
    for (const object of role(...given)) await place.accepted(object);
  };

  beforeAll(async () => {
    await installChart(cluster, ...syncerApart, '--set', 'authorization.mode=Use');
    await grant('runs', ['create', 'get', 'list', 'patch'], ['jobruns']);
  });

  test('helm test runs a JobRun until it succeeds', async () => {
    const output = await cluster.helm('test', release, '--namespace', releaseNamespace, '--timeout', '3m');
    expect(output).toContain('Succeeded');
  });

  test('without the verb use, a run of the template is denied, and the message names the verb', async () => {
    const denied = await place.apply(run('alices', 'plain'), ...as);
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('forbidden');
    expect(denied.stderr).toContain('"use"');
    expect(denied.stderr).toContain('plain');
  });

  test('with the verb use, a run can set args; other fields need the verb override', async () => {
    await grant('user', ['use'], ['jobtemplates'], ['plain']);
    await eventually('the permission', async () => {
      const done = await place.apply(run('alices', 'plain', { args: ['x'] }), ...as);
      return done.code === 0 ? true : undefined;
    });
    const denied = await place.apply(run('alices-own', 'plain', { parallelism: 2 }), ...as);
    expect(denied.code).toBe(1);
    expect(denied.stderr).toContain('"override"');
    await grant('overrider', ['override'], ['jobtemplates'], ['plain']);
    await eventually('the permission', async () => {
      const done = await place.apply(run('alices-own', 'plain', { parallelism: 2 }), ...as);
      return done.code === 0 ? true : undefined;
    });
  });

  test('a run records its real creator, whatever the manifest claims', async () => {
    const forged = { annotations: { 'hematoscope.app/requested-by': 'bob' } };
    await place.accepted(run('forged', 'plain', {}, forged), ...as);
    const requestedBy = async () =>
      (await place.get<SeenRun>('jobrun', 'forged')).metadata.annotations?.['hematoscope.app/requested-by'];
    expect(await requestedBy()).toBe('alice');
    await place.kubectl('annotate', 'jobrun', 'forged', '--overwrite', 'hematoscope.app/requested-by=bob');
    expect(await requestedBy()).toBe('alice');
  });
});
