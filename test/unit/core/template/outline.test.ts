import { describe, expect, it } from 'vitest';
import { ANNOTATION_LAST_USED } from '../../../../api/names.ts';
import type { ControllerRevision } from '../../../../api/wire.ts';
import {
  controllerRevision,
  identityOfRevision,
  ownerUid,
  versionOfRevision,
} from '../../../../core/template/controller-revision.ts';
import { revisionOutline, templateOutline } from '../../../../core/template/outline.ts';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoTemplate } from '../objects.ts';

const LONG = 'x'.repeat(100_000);
const template = () => {
  const { metadata, ...rest } = echoTemplate();
  return { ...rest, metadata: { ...metadata, resourceVersion: '7', annotations: { note: LONG } } };
};

describe('the outline of a template', () => {
  it('is its identity and its generation', () => {
    const { name, namespace, uid } = template().metadata;
    expect(templateOutline(template())).toEqual({
      apiVersion: 'hematoscope.app/v1',
      kind: 'JobTemplate',
      metadata: { name, namespace, uid, generation: 1, resourceVersion: '7' },
    });
  });

  it('is also when its finished runs are removed', () => {
    const runs = { retention: { ttlSecondsAfterFinished: 60 } };
    const outline = templateOutline({ ...template(), runs });
    expect(outline).toEqual({ ...templateOutline(template()), runs });
    expect(templateOutline(outline)).toEqual(outline);
  });

  it('is also the callback of its runs, and how soon they must start', () => {
    const callback = { url: 'https://hooks.example.com', tokenSecretRef: { name: 'callback', key: 'token' } };
    const runs = { callback, startDeadlineSeconds: 60 };
    expect(templateOutline({ ...template(), runs })).toEqual({ ...templateOutline(template()), runs });
    expect(templateOutline({ ...template(), runs: {} })).toEqual(templateOutline(template()));
  });
});

describe('the outline of a revision', () => {
  const stored: ControllerRevision = controllerRevision(versionOfTemplate(template()), 'team');
  const metadata = {
    ...stored.metadata,
    annotations: { note: LONG, [ANNOTATION_LAST_USED]: '2026-11-23T10:00:00Z' },
    creationTimestamp: '2026-11-23T09:00:00Z',
  };
  const owners = [...(metadata.ownerReferences ?? []), { apiVersion: 'v1', kind: 'Pod', name: LONG, uid: 'p' }];
  const outlined = () => revisionOutline({ ...stored, metadata: { ...metadata, ownerReferences: owners } });

  it('is small', () => {
    expect(JSON.stringify(outlined()).length).toBeLessThan(1000);
  });

  it('has the same identity, owner, number and mark of use', () => {
    const outline = outlined();
    expect(identityOfRevision(outline)).toEqual(identityOfRevision(stored));
    expect(ownerUid(outline)).toBe(ownerUid(stored));
    expect(outline.revision).toBe(stored.revision);
    expect(outline.metadata?.annotations).toEqual({ [ANNOTATION_LAST_USED]: '2026-11-23T10:00:00Z' });
    expect(outline.metadata?.creationTimestamp).toBe('2026-11-23T09:00:00Z');
  });

  it('has all of its identity and nothing else', () => {
    const { name, uid, generation } = template().metadata;
    expect(outlined()).toStrictEqual({
      apiVersion: 'apps/v1',
      kind: 'ControllerRevision',
      metadata: {
        ...{ name: stored.metadata?.name, namespace: 'team', labels: stored.metadata?.labels },
        creationTimestamp: '2026-11-23T09:00:00Z',
        annotations: { [ANNOTATION_LAST_USED]: '2026-11-23T10:00:00Z' },
        ownerReferences: stored.metadata?.ownerReferences,
      },
      revision: 1,
      data: { kind: 'JobTemplate', name, uid, generation, content: { spec: {} } },
    });
  });

  it('lacks what the revision lacks', () => {
    expect(revisionOutline({ revision: 3 })).toStrictEqual({ metadata: {}, revision: 3, data: undefined });
    expect(revisionOutline({ metadata: { annotations: { note: LONG } }, revision: 3 })).toStrictEqual({
      metadata: {},
      revision: 3,
      data: undefined,
    });
  });

  it('has no version: nothing can be rendered from it', () => {
    expect(versionOfRevision(stored)).toBeDefined();
    expect(versionOfRevision(outlined())).toBeUndefined();
  });

  it.each([[undefined], [null], ['text'], [{ other: 1 }]])('of foreign data is nothing that is ours: %j', (data) => {
    expect(identityOfRevision(revisionOutline({ ...stored, data }))).toBeUndefined();
  });
});
