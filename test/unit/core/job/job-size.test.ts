import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { render } from '../../../../core/job/render.ts';
import { substitutedSize } from '../../../../core/job/job-size.ts';
import { compileTemplate } from '../../../../core/template/compile.ts';
import { fieldError } from '../field-errors.ts';
import { echoRun, echoTemplate } from '../objects.ts';

const templateWith = (args: string[], parameters: object[] = [{ name: 'x' }, { name: 'y', default: 'b' }]) =>
  compileTemplate({
    ...echoTemplate({ template: { spec: { containers: [{ name: 'echo', image: 'busybox', args }] } } }),
    parameters: parameters as never,
  });

const MIB = 1024 * 1024;

describe('a Job that is too large', () => {
  it('is refused at the parameter that adds the most, and nothing of it is built', () => {
    const template = templateWith(['$(params.x)'.repeat(1000), '$(params.y)']);
    expect(render(template, echoRun({ parameters: { x: 'a'.repeat(200_000), y: 'b'.repeat(1000) } }))).toEqual({
      of: 'run',
      errors: [
        fieldError(
          'spec.parameters[x]',
          'FieldValueTooLong',
          /^Too long: the template inserts this value in 1000 places, and the Job would have 19\d(\.\d)? MiB; a Job can have at most 1 MiB$/,
        ),
      ],
    });
  });

  it('is refused if a list is inserted too often', () => {
    const list = { name: 'x', schema: { type: 'array', items: { type: 'string' } } };
    const template = templateWith(
      Array.from({ length: 100 }, () => '$(params.x[*])'),
      [list],
    );
    expect(
      render(template, echoRun({ parameters: { x: Array.from({ length: 2000 }, () => 'abcdef') } })),
    ).toMatchObject({
      errors: [{ path: 'spec.parameters[x]' }],
    });
  });

  it('is refused at spec if what the run overrides is too large', () => {
    const env = [{ name: 'A', value: 'a'.repeat(MIB) }];
    expect(render(templateWith([], []), echoRun({ env }))).toEqual({
      of: 'run',
      errors: [
        fieldError(
          'spec',
          'FieldValueTooLong',
          /^Too long: the Job would have 1\.1 MiB; a Job can have at most 1 MiB$/,
        ),
      ],
    });
  });

  it('is refused if the API server would write it in more bytes', () => {
    for (const character of ['<', '>', '&', '\u2028']) {
      const template = templateWith(new Array<string>(4).fill('$(params.x)'));
      const rendered = render(template, echoRun({ parameters: { x: character.repeat(50_000) } }));
      expect(rendered, character).toMatchObject({ errors: [{ path: 'spec.parameters[x]' }] });
      const args = Array.from({ length: 4 }, () => character.repeat(50_000));
      expect(render(templateWith([], []), echoRun({ args })), character).toMatchObject({ errors: [{ path: 'spec' }] });
    }
  });

  it('is accepted up to the limit', () => {
    const template = templateWith(new Array<string>(10).fill('$(params.x)'));
    expect(render(template, echoRun({ parameters: { x: 'a'.repeat(100_000) } }))).toHaveProperty('job');
  });

  it('is accepted if an override replaces what would be too large', () => {
    const template = templateWith(new Array<string>(8).fill('$(params.x)'));
    const run = echoRun({ parameters: { x: 'a'.repeat(100_000) }, args: ['b'.repeat(100_000), 'c'.repeat(100_000)] });
    expect(render(template, run)).toHaveProperty('job');
  });
});

describe('the computed size', () => {
  const text = fc.string({ unit: fc.constantFrom('a', '$', '"', '€', '\n', ' ', '<', '&', '\u2028', '\b', '😀') });
  const argument = fc.constantFrom(
    '$(params.x)',
    'a$(params.x)b$(params.y)',
    '$(params.y) $(X)',
    'plain',
    '$($($$(',
    '<',
  );
  const label = fc.string({ unit: fc.constantFrom('a', '1'), minLength: 1, maxLength: 63 });

  /** What Go's encoder writes. */
  const written = (value: unknown): number =>
    Buffer.byteLength(JSON.stringify(value).replace(/[<>&\u2028\u2029]|\\[bf]/g, () => '\\u0000'));

  it('is at least the size of the Job that is built, and little more', () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 9 }), text, text, fc.uniqueArray(label), (args, x, y, labels) => {
        const { content } = templateWith(args);
        const metadata = { labels: Object.fromEntries(labels.map((key) => [key, key])), annotations: { note: x } };
        const template = compileTemplate({
          ...content,
          spec: { ...content.spec, template: { ...content.spec.template, metadata } },
        });
        const size = substitutedSize(
          template,
          new Map([
            ['x', x],
            ['y', y],
          ]),
        );
        const rendered = render(template, echoRun({ parameters: { x, y } }));
        if (!('job' in rendered)) return;
        const built = written(rendered.job);
        expect(size).toHaveProperty('bytes');
        const bytes = 'bytes' in size ? size.bytes : NaN;
        expect(bytes).toBeGreaterThanOrEqual(built);
        expect(bytes).toBeLessThan(2 * built + 10_000);
        expect(rendered.bytes).toBeGreaterThanOrEqual(built);
        // The values of parameters are part of the run too, and the labels of the Pods are also the Job's.
        expect(rendered.bytes).toBeLessThan(4 * built + 10_000);
      }),
    );
  });
});
