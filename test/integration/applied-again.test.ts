import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../api/job-run.ts';
import { startWebhookEnvironment, type KubectlResult, type WebhookEnvironment } from './webhook-environment.ts';

let environment: WebhookEnvironment;
let count = 0;

beforeAll(async () => {
  environment = await startWebhookEnvironment();
  const containers = [{ name: 'echo', image: 'busybox', command: ['echo'] }];
  const spec = { template: { spec: { restartPolicy: 'Never', containers } } };
  const metadata = { name: 'gated' };
  const overrides = { allow: ['suspend'] };
  succeeded(
    await environment.kubectl(['create', '-f', '-'], {
      apiVersion: 'hematoscope.app/v1',
      kind: 'JobTemplate',
      metadata,
      spec,
      overrides,
    }),
  );
});

afterAll(async () => {
  await environment.stop();
});

function succeeded(result: KubectlResult): KubectlResult {
  expect(result, result.stderr).toMatchObject({ code: 0 });
  return result;
}

const manifest = (name: string, others: object = {}): object => ({
  apiVersion: 'hematoscope.app/v1',
  kind: 'JobRun',
  metadata: { name, ...others },
  spec: { templateRef: 'gated', suspend: true },
});
const apply = (object: object, ...flags: string[]): Promise<KubectlResult> =>
  environment.kubectl(['apply', ...flags, '-f', '-'], object);
const patch = (name: string, suspend: boolean | null, ...flags: string[]): Promise<KubectlResult> =>
  environment.kubectl(['patch', 'jobrun', name, '--type=merge', '-p', JSON.stringify({ spec: { suspend } }), ...flags]);

async function suspendOf(name: string): Promise<boolean | undefined> {
  const { stdout } = succeeded(await environment.kubectl(['get', 'jobrun', name, '-o', 'json']));
  return (JSON.parse(stdout) as JobRun).spec.suspend;
}

/** A run whose manifest suspends it, and that was resumed since. */
async function resumed(first: string[], to: boolean | null): Promise<string> {
  count += 1;
  const name = `run-${count}`;
  succeeded(await apply(manifest(name), ...first));
  expect(await suspendOf(name)).toBe(true);
  succeeded(await patch(name, to));
  return name;
}

const X = ['--field-manager=x'];
const Y = ['--field-manager=y'];

describe('a run that was resumed goes on if the same manifest is applied again', () => {
  it.each<[string, string[], string[]]>([
    ['kubectl', [], []],
    ['the manager x', X, X],
    ['another manager than before', X, Y],
    ['a manager, where kubectl applied it', [], X],
    ['kubectl, where a manager applied it', X, []],
    ['the manager x, without validation', [...X, '--validate=false'], [...X, '--validate=false']],
  ])('by %s', async (_, first, again) => {
    for (const to of [false, null]) {
      const name = await resumed(first, to);
      const { stderr } = succeeded(await apply(manifest(name), ...again));
      expect(stderr).toContain('goes on');
      expect(await suspendOf(name)).not.toBe(true);
    }
  });

  it('by a server-side apply, which is refused as a conflict', async () => {
    for (const flags of [[], X]) {
      const name = await resumed(['--server-side', ...flags], false);
      expect((await apply(manifest(name), '--server-side', ...flags)).stderr).toContain('onflict');
      expect(await suspendOf(name)).toBe(false);
    }
  });
});

describe('a run that was resumed is suspended again', () => {
  it.each<[string, string[]]>([
    ['by kubectl patch', []],
    ['by kubectl patch of another manager', Y],
  ])('%s', async (_, flags) => {
    const name = await resumed([], false);
    succeeded(await patch(name, true, ...flags));
    expect(await suspendOf(name)).toBe(true);
  });

  it('by kubectl edit', async () => {
    const name = await resumed(X, false);
    const edit = ['edit', 'jobrun', name];
    const editor = process.env['KUBE_EDITOR'];
    process.env['KUBE_EDITOR'] = 'sed -i s/suspend:.false/suspend:\\ true/';
    try {
      succeeded(await environment.kubectl(edit));
    } finally {
      if (editor === undefined) delete process.env['KUBE_EDITOR'];
      else process.env['KUBE_EDITOR'] = editor;
    }
    expect(await suspendOf(name)).toBe(true);
  });

  // docs/adr/0037-a-forced-apply-suspends-again.md
  it('by a server-side apply that is forced', async () => {
    const name = await resumed(['--server-side'], false);
    succeeded(await apply(manifest(name), '--server-side', '--force-conflicts'));
    expect(await suspendOf(name)).toBe(true);
  });

  it('by another manifest', async () => {
    const name = await resumed(X, false);
    succeeded(await apply(manifest(name, { labels: { again: 'yes' } }), ...X));
    expect(await suspendOf(name)).toBe(true);
  });
});
