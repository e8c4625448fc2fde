/** Fills the cache of compiled templates with one of the worst shapes after the other, in its own process. Prints what uses too much. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { CompiledTemplates } from '../../../revisions/compiled-templates.ts';
import { memoryOf } from '../../../revisions/template-memory.ts';
import { SHAPES, use } from './template-shapes.ts';

/** A fifth of the heap. */
const MOST_MIB = 52;
/** So many templates fill the cache, even if each uses four times the memory that it is counted with. */
const MOST_BYTES = 200 * 2 ** 20;
const MOST_TEMPLATES = 120;
const TEMPLATES_PER_LOOK = 10;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;
const heapMib = (): number => {
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** Of each kind of memory, the shape for which the size of the JSON says least. */
const WORST = ['empty maps', 'strings with a dollar', 'a long key above placeholders', 'repeated groups in patterns'];

for (const name of WORST) {
  const shape = SHAPES[name];
  if (shape === undefined) throw new Error(`there is no shape "${name}"`);
  const before = heapMib();
  const templates = new CompiledTemplates();
  let [bytes, used] = [0, 0];
  for (let number = 1; used <= MOST_MIB && bytes < MOST_BYTES && number <= MOST_TEMPLATES; number += 1) {
    const template = shape(number);
    template.metadata.uid = `uid-${number}`;
    const { compiled } = templates.ofTemplate(template);
    use(compiled);
    bytes += memoryOf(compiled);
    if (number % TEMPLATES_PER_LOOK === 0) used = heapMib() - before;
  }
  if (used > MOST_MIB) console.log(`${name}: ${used.toFixed(0)} MiB`);
}
