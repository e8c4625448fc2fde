import { describe, expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../core/template/template-version.ts';
import { echoTemplate } from '../objects.ts';

describe('the version of a template', () => {
  it('has its key, uid and generation, and the compiled content', () => {
    const template = echoTemplate();
    expect(versionOfTemplate(template)).toMatchObject({
      key: { kind: 'JobTemplate', namespace: 'team', name: 'echo' },
      uid: template.metadata.uid,
      generation: 1,
      compiled: { content: { spec: template.spec } },
    });
  });

  it('has neither uid nor generation before the template is stored', () => {
    const template = { ...echoTemplate(), metadata: { name: 'echo' } };
    expect(versionOfTemplate(template)).toMatchObject({ uid: '', generation: 0 });
  });
});
