import type { Job } from '../../api/wire.ts';
import type { Rendered, RenderedJob, RenderErrors } from '../../core/job/render.ts';
import type { Origins } from '../../core/overrides/origins.ts';
import { isLarge, type JobToTry } from '../lookups/job-to-try.ts';

/** Renders a Job that can be rendered again, or returns its errors. */
export function repeatableJob(render: () => Rendered): RepeatableJob | RenderErrors {
  const rendered = render();
  return 'errors' in rendered ? rendered : new RepeatableJob(rendered, render);
}

/**
 * A Job that does not stay in memory while its review waits. Once it is released, a large one is rendered again at its
 * next use, and held until the next release.
 */
export class RepeatableJob implements JobToTry {
  readonly namespace: string | undefined;
  readonly bytes: number;
  readonly #render: () => Rendered;
  #held: RenderedJob | undefined;

  constructor(rendered: RenderedJob, render: () => Rendered) {
    this.namespace = rendered.job.metadata?.namespace;
    this.bytes = rendered.bytes;
    this.#render = render;
    this.#held = rendered;
  }

  job(): Job {
    return this.#rendered().job;
  }

  origins(): Origins {
    return this.#rendered().origins();
  }

  release(): void {
    if (isLarge(this)) this.#held = undefined;
  }

  #rendered(): RenderedJob {
    return (this.#held ??= this.#again());
  }

  #again(): RenderedJob {
    const rendered = this.#render();
    if ('errors' in rendered) throw new Error('what was rendered into a Job has no Job now');
    return rendered;
  }
}
