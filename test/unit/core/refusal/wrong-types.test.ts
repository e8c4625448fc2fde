import { expect, it } from 'vitest';
import type { Job } from '../../../../api/wire.ts';
import { misfitPaths } from '../../../../core/refusal/wrong-types.ts';

const JOB = {
  spec: {
    parallelism: 99999999999,
    suspend: 'x',
    template: {
      spec: {
        automountServiceAccountToken: {},
        containers: [
          { name: 'a', ports: [{ containerPort: 80 }, { containerPort: 99999999999 }], args: [1, true, 'x'] },
          { name: 'b', ports: [{ containerPort: 99999999999 }], readinessProbe: { httpGet: { port: 99999999999 } } },
          null,
        ],
      },
    },
  },
} as unknown as Job;

const CONTAINERS = 'spec.template.spec.containers';

it.each<[string, string, string[]]>([
  ['spec.parallelism', 'number 99999999999', ['spec.parallelism']],
  ['spec.suspend', 'string', ['spec.suspend']],
  ['spec.template.spec.automountServiceAccountToken', 'object', ['spec.template.spec.automountServiceAccountToken']],
  [
    `${CONTAINERS}.ports.containerPort`,
    'number 99999999999',
    [`${CONTAINERS}[0].ports[1].containerPort`, `${CONTAINERS}[1].ports[0].containerPort`],
  ],
  [
    `${CONTAINERS}.readinessProbe.ProbeHandler.httpGet.port`,
    'number 99999999999',
    [`${CONTAINERS}[1].readinessProbe.httpGet.port`],
  ],
  [`${CONTAINERS}.args`, 'bool', [`${CONTAINERS}[0].args[1]`]],
  [`${CONTAINERS}.args`, 'number', [`${CONTAINERS}[0].args[0]`]],
  [`${CONTAINERS}.nowhere`, 'string', []],
  ['spec.parallelism.x', 'string', []],
  ['status', 'string', []],
])('%s, which is a %s, is %j', (path, given, paths) => {
  expect(misfitPaths(JOB, { path, given })).toEqual(paths);
});
