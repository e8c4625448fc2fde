import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, it } from 'vitest';
import type { JobTemplate } from '../../../api/job-template.ts';
import { compileTemplate } from '../../../core/template/compile.ts';
import { memoryOf } from '../../../revisions/template-memory.ts';
import { SHAPES, use, type Shape } from './template-shapes.ts';

/** Enough to make other objects unimportant. */
const MEASURED_BYTES = 4 * 2 ** 20;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

const compiledFrom = (text: string) => {
  const compiled = compileTemplate(JSON.parse(text) as JobTemplate);
  use(compiled);
  return compiled;
};

/** The heap that one template uses, and how much it can use. */
function measured(shape: Shape): { real: number; most: number } {
  const most = memoryOf(compiledFrom(JSON.stringify(shape(0))));
  const count = Math.max(4, Math.ceil(MEASURED_BYTES / most));
  const texts = Array.from({ length: count }, (_, index) => JSON.stringify(shape(index + 1)));
  const before = heapBytes();
  const all = texts.map(compiledFrom);
  return { real: (heapBytes() - before) / all.length, most };
}

it.each(Object.entries(SHAPES))(
  'a template uses at most the memory that it is counted with: %s',
  (_, shape) => {
    const { real, most } = measured(shape);
    expect(real).toBeLessThanOrEqual(most);
  },
  60_000,
);

/** The heap that Node has in the container of the chart: half of its memory limit. */
const HEAP_MIB = 256;

it('a cache that is full of the worst of them leaves most of the heap of the process to others', async () => {
  const child = spawn(process.execPath, [
    `--max-old-space-size=${HEAP_MIB}`,
    join(import.meta.dirname, 'full-cache.ts'),
  ]);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  const [code] = (await once(child, 'close')) as [number | null];
  expect(output).toBe('');
  expect(code).toBe(0);
}, 300_000);
