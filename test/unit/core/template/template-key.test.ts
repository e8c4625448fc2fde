import { describe, expect, it } from 'vitest';
import type { ClusterJobTemplate } from '../../../../api/job-template.ts';
import { keyOfTemplate, templateKeyOfRun, templateKeyString } from '../../../../core/template/template-key.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const cluster = (metadata: object): ClusterJobTemplate => ({ ...echoTemplate(), kind: 'ClusterJobTemplate', metadata });

describe('the key of the template that a run references', () => {
  it("is a JobTemplate of the run's namespace", () => {
    expect(templateKeyOfRun(echoRun())).toEqual({ kind: 'JobTemplate', namespace: 'team', name: 'echo' });
    expect(templateKeyOfRun(echoRun({ templateKind: 'JobTemplate' }))).toEqual(templateKeyOfRun(echoRun()));
  });

  it('is a ClusterJobTemplate, which has no namespace', () => {
    const key = templateKeyOfRun(echoRun({ templateKind: 'ClusterJobTemplate' }));
    expect(key).toStrictEqual({ kind: 'ClusterJobTemplate', name: 'echo' });
  });

  it('has no namespace if the run has none', () => {
    const run = echoRun();
    delete run.metadata.namespace;
    expect(templateKeyOfRun(run)).toStrictEqual({ kind: 'JobTemplate', name: 'echo' });
  });
});

describe('the key of a template', () => {
  it('is the one that runs of its namespace reference', () => {
    expect(keyOfTemplate(echoTemplate())).toEqual(templateKeyOfRun(echoRun()));
  });

  it('has no namespace for a ClusterJobTemplate, and an empty name if the template has none', () => {
    expect(keyOfTemplate(cluster({ name: 'echo' }))).toStrictEqual({ kind: 'ClusterJobTemplate', name: 'echo' });
    expect(keyOfTemplate(cluster({}))).toStrictEqual({ kind: 'ClusterJobTemplate', name: '' });
  });

  it('is one string, which differs between kinds and namespaces', () => {
    expect(templateKeyString({ kind: 'JobTemplate', namespace: 'team', name: 'echo' })).toBe('JobTemplate/team/echo');
    expect(templateKeyString({ kind: 'ClusterJobTemplate', name: 'echo' })).toBe('ClusterJobTemplate//echo');
  });
});
