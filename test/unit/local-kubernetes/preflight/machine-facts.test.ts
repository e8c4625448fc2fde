import { expect, it } from 'vitest';
import { missingCapabilities, readMachineFacts } from '../../../../local-kubernetes/preflight/machine-facts.ts';

it.each([
  ['all of them', 'CapInh:\t0\nCapEff:\t000001ffffffffff\nCapBnd:\t0\n', []],
  ['none of them', 'CapEff:\t0000000000000000\n', ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN']],
  ['those of a container', 'CapEff:\t00000000a80425fb\n', ['CAP_NET_ADMIN', 'CAP_SYS_ADMIN']],
  ['those of a container that may change its network', 'CapEff:\t00000000a80435fb\n', ['CAP_SYS_ADMIN']],
  ['an unknown set', '', []],
])('a process with %s lacks the others', (_, status, missing) => {
  expect(missingCapabilities(status)).toEqual(missing);
});

it('this machine is read without an error', async () => {
  expect(await readMachineFacts()).toMatchObject({ platform: process.platform, node: process.versions.node });
});
