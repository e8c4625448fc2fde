import { describe, expect, it } from 'vitest';
import { linted } from './manifests.ts';

const TEMPLATE = `apiVersion: hematoscope.app/v1
kind: JobTemplate
metadata:
  name: echo
spec:
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: echo
          image: busybox
          args: ['$(params.day)']
parameters:
  - name: day
    schema: { type: integer, maximum: 31 }
`;
const run = (spec: string, metadata = 'name: one'): string => `apiVersion: hematoscope.app/v1
kind: JobRun
metadata: { ${metadata} }
spec:
${spec}
`;
const RUN = run('  templateRef: echo\n  parameters:\n    day: 7');

describe('runs and the templates of the same call', () => {
  it.each([
    ['the template first', { 'a.yaml': TEMPLATE, 'b.yaml': RUN }],
    ['the run first', { 'a.yaml': RUN, 'b.yaml': TEMPLATE }],
    ['one file', { 'a.yaml': `${RUN}---\n${TEMPLATE}` }],
  ])('without mistakes: %s', (_, files) => {
    expect(linted(files)).toEqual([]);
  });

  it('reports a wrong parameter at its line', () => {
    const wrong = run('  templateRef: echo\n  parameters:\n    # too late\n    day: 32');
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': wrong })).toEqual([
      expect.stringMatching(/^r\.yaml:8 error spec\.parameters\[day\]: .*31/),
    ]);
  });

  it('reports a missing parameter at the object that lacks it', () => {
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': run('  templateRef: echo') })).toEqual([
      expect.stringMatching(/^r\.yaml:4 error spec\.parameters\[day\]: Required value/),
    ]);
  });

  it('warns of a template that is not in the files, with the name that may be meant', () => {
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': run('  templateRef: ehco') })).toEqual([
      'r.yaml:5 warning spec.templateRef: JobTemplate "ehco" is not in the files, so its parameters and overrides were not checked; did you mean "echo"?',
    ]);
    expect(linted({ 'r.yaml': RUN })).toEqual([expect.stringMatching(/add its file, or use --server$/)]);
  });

  it('looks for a template in the namespace of its run', () => {
    const elsewhere = run('  templateRef: echo\n  parameters: { day: 7 }', 'name: one, namespace: team');
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': elsewhere })).toEqual([
      expect.stringContaining('is not in the files'),
    ]);
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': elsewhere }, 'team')).toEqual([]);
  });

  it('finds a ClusterJobTemplate from every namespace', () => {
    const cluster = TEMPLATE.replace('JobTemplate', 'ClusterJobTemplate');
    const spec = '  templateKind: ClusterJobTemplate\n  templateRef: echo\n  parameters: { day: 40 }';
    expect(linted({ 't.yaml': cluster, 'r.yaml': run(spec, 'name: one, namespace: team') })).toEqual([
      expect.stringContaining(' error spec.parameters[day]: '),
    ]);
  });

  it('does not check a run with a template that has errors', () => {
    expect(linted({ 't.yaml': TEMPLATE.replace('params.day', 'params.dya'), 'r.yaml': RUN })).toEqual([
      expect.stringMatching(/^t\.yaml:12 error spec\.template\.spec\.containers\[0\]\.args\[0\]: /),
      expect.stringMatching(/^r\.yaml:5 warning spec\.templateRef: JobTemplate "echo" has errors/),
    ]);
  });

  it('warns of a second object of the same name', () => {
    expect(linted({ 'a.yaml': TEMPLATE, 'b.yaml': TEMPLATE })).toEqual([
      expect.stringMatching(/^b\.yaml:1 warning : /),
    ]);
  });
});

describe('a run of an older revision', () => {
  const older = (more = '', parameters = '{ day: 7 }') =>
    run(`  templateRef: echo\n  templateRevision: '0123456789'\n  parameters: ${parameters}${more}`);

  it('is checked with the rules of the present template', () => {
    expect(linted({ 't.yaml': TEMPLATE, 'r.yaml': older('', '{ day: 40 }') })).toEqual([
      expect.stringMatching(/^r\.yaml:7 error spec\.parameters\[day\]: /),
      expect.stringMatching(/^r\.yaml:6 warning spec\.templateRevision: the files have revision "[0-9a-f]{10}"/),
    ]);
  });

  it('is refused if the template allows only the present revision', () => {
    expect(linted({ 't.yaml': `${TEMPLATE}revisions: { allow: Present }\n`, 'r.yaml': older() })[0]).toMatch(
      /^r\.yaml:6 error spec\.templateRevision: Forbidden/,
    );
  });
});

describe('what is wrong with one object', () => {
  it.each([
    ['an unknown field', run('  templateRef: echo\n  arguments: [a]'), /:6 error spec\.arguments: unknown field/],
    ['no name', run('  templateRef: echo', ''), /:3 error metadata\.name: Required value/],
    ['a wrong name', run('  templateRef: echo', 'name: Echo'), /:3 error metadata\.name: Invalid value: "Echo"/],
    [
      'an address as receiver',
      run('  templateRef: echo\n  callbackUrl: https://127.0.0.1/'),
      /:6 error spec\.callbackUrl/,
    ],
    [
      'a wrong type',
      run('  templateRef: echo\n  args: yes'),
      /:6 error spec\.args: .*must be a list, not true or false/,
    ],
    ['nothing but a kind', 'apiVersion: hematoscope.app/v1\nkind: JobRun\n', /:1 error metadata\.name: Required/],
    ['too much', run(`  templateRef: echo\n  args: ["${'a'.repeat(300_000)}"]`), /:1 error : Too long: the JobRun has/],
  ])('%s', (_, text, expected) => {
    expect(linted({ 'r.yaml': text })).toContainEqual(expect.stringMatching(expected));
  });

  it('accepts a run without a name but with generateName', () => {
    expect(
      linted({
        't.yaml': TEMPLATE,
        'r.yaml': run('  templateRef: echo\n  parameters: { day: 1 }', 'generateName: e-'),
      }),
    ).toEqual([]);
  });

  it('does not quote the value of a secret parameter', () => {
    const secret = TEMPLATE.replace(
      '    schema: { type: integer, maximum: 31 }',
      '    secret: true\n    schema: { type: string, maxLength: 5 }',
    );
    const found = linted({ 't.yaml': secret, 'r.yaml': run('  templateRef: echo\n  parameters: { day: hunter22 }') });
    expect(found).toEqual([expect.stringContaining('spec.parameters[day]')]);
    expect(found.join('')).not.toContain('hunter22');
  });

  it('warns of a parameter that nothing uses', () => {
    expect(linted({ 't.yaml': TEMPLATE.replace('$(params.day)', 'day') })).toEqual([
      expect.stringMatching(/^t\.yaml:13 warning parameters: nothing in the template uses the parameter "day"/),
    ]);
  });
});

describe('what a template sets for its runs', () => {
  it.each([
    [
      'a group of an unknown parameter',
      "runs: { concurrency: { policy: Forbid, group: 'g-$(params.dya)' } }",
      'runs.concurrency.group',
    ],
    ['a receiver that is an address', 'runs: { callback: { url: https://127.0.0.1/ } }', 'runs.callback.url'],
  ])('is checked: %s', (_, more, path) => {
    expect(linted({ 't.yaml': `${TEMPLATE}${more}\n` })).toEqual([
      expect.stringContaining(`t.yaml:16 error ${path}: `),
    ]);
  });

  it('can be a callback that an administrator may permit', () => {
    const callback = 'runs: { callback: { url: http://hooks.team.svc/, tokenSecretRef: { name: a, key: b } } }';
    expect(linted({ 't.yaml': `${TEMPLATE}${callback}\n` })).toEqual([]);
  });
});

describe('the metadata and the callback of a run', () => {
  const sound = '  templateRef: echo\n  parameters: { day: 7 }\n';
  const found = (metadata: string, spec = '', namespace?: string) =>
    linted({ 't.yaml': TEMPLATE, 'r.yaml': run(`${sound}${spec}`, metadata) }, namespace);

  it.each([
    [
      'hematoscope.app/rerun-of',
      'One Run',
      /error metadata\.annotations\[hematoscope\.app\/rerun-of\]: Invalid value: "One Run"/,
    ],
    [
      'hematoscope.app/missing-template',
      'Hope',
      /error metadata\.annotations\[hematoscope\.app\/missing-template\]: Unsup/,
    ],
  ])('%s must have a supported value', (annotation, value, expected) => {
    expect(found(`name: one, annotations: { ${annotation}: ${value} }`)).toEqual([expect.stringMatching(expected)]);
  });

  it('are not quoted with the token of the callback', () => {
    const spec = '  callbackUrl: https://hooks.example.com/\n  callbackToken: A Secret\n';
    expect(found('name: one, annotations: { hematoscope.app/rerun-of: A Secret }', spec)).toEqual([
      expect.stringContaining('Invalid value: "***"'),
      expect.stringMatching(/^r\.yaml:8 warning spec\.callbackToken: all readers of this JobRun can read the token/),
    ]);
  });

  it('contain its own namespace, whatever -n is', () => {
    expect(found('name: one, namespace: other', '', 'team')).toEqual([expect.stringContaining('is not in the files')]);
  });
});
