import { describe, expect, it } from 'vitest';
import { controllerRevision } from '../../../../core/template/controller-revision.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { templateOfRevision, templateOfRun } from '../../../../syncer/revisions/template-index.ts';
import { echoRun, echoTemplate } from '../../core/objects.ts';

describe('the index by template', () => {
  it('has the same value for a run and the revisions of its template', () => {
    const revision = controllerRevision(versionOfTemplate(echoTemplate()), 'team');
    expect(templateOfRun(echoRun())).toEqual(['JobTemplate/team/echo']);
    expect(templateOfRevision(revision)).toEqual(['JobTemplate/team/echo']);
  });

  it('has no value for a ControllerRevision that is not one of ours', () => {
    expect(templateOfRevision({ revision: 1 })).toEqual([]);
  });
});
