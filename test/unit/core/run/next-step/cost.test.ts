import { expect, it } from 'vitest';
import { versionOfTemplate } from '../../../../../core/template/template-version.ts';
import { args, HOSTILE } from '../../cost/hostile-runs.ts';
import { workOf } from '../../cost/work.ts';
import { echoTemplate } from '../../objects.ts';
import { NEW } from '../situations.ts';
import { step } from '../steps.ts';

/** No step takes longer on an idle machine. */
const MOST_MS = 50;
/** How much a busy machine can add to every measurement: its processes share the caches of the processor. */
const MARGIN = 1.3;
/** A measurement that is too high is repeated: only the machine can make it higher than it is. */
const ATTEMPTS = 8;

/** The least work that was measured, if it is ever low enough. */
function leastWork(work: () => unknown): number {
  let least = Infinity;
  for (let attempt = 0; attempt < ATTEMPTS && least > MARGIN * MOST_MS; attempt++) {
    least = Math.min(least, workOf(work));
  }
  return least;
}

it.each(HOSTILE.map((hostile) => [hostile.name, hostile] as const))(
  'the step that creates a Job, or refuses it, costs less than 50 ms: %s',
  (_name, { most, template = () => args([]), run = () => ({}) }) => {
    const version = versionOfTemplate({ ...echoTemplate(), ...template(most) });
    const hostile = { ...NEW, spec: { ...NEW.spec, ...run(most) } };
    const found = { run: hostile, template: { kind: 'found', template: version } } as const;
    expect(step(found).kind).toMatch(/^(?:createJob|writeStatus)$/);
    expect(leastWork(() => step(found))).toBeLessThan(MARGIN * MOST_MS);
  },
  120_000,
);
