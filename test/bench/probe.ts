import { setTimeout as sleep } from 'node:timers/promises';
import { JOB_RUNS, JOB_TEMPLATES, JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { observe, Observer } from './observer.ts';
import type { System } from './system.ts';
import { runOf, templateOf } from './workload.ts';

const PAUSE_MS = 200;
/** What is much slower than asked is still measured. */
const PATIENCE_MS = 600_000;
/** Its Jobs stay as they were created. */
const ENDING = 'completed';

/** A tenant who creates one run after the other, and measures how long each waits for its Job. */
export class Probe {
  readonly #system: System;
  readonly #namespace: string;
  readonly #watching = new AbortController();
  readonly #jobs = new Observer<Job>((job) => job.metadata?.ownerReferences?.[0]?.name);
  readonly #failed = Promise.withResolvers<never>();
  #created = 0;

  private constructor(system: System, namespace: string) {
    this.#system = system;
    this.#namespace = namespace;
    this.#failed.promise.catch(() => undefined);
  }

  /** @param labels of its namespace, which is created */
  static async start(system: System, namespace: string, labels: Record<string, string> = {}): Promise<Probe> {
    const probe = new Probe(system, namespace);
    await system.createNamespace(namespace, labels);
    await system.client.create(JOB_TEMPLATES, namespace, templateOf(ENDING));
    await observe<Job>(system.client, JOBS, {
      namespace,
      signal: probe.#watching.signal,
      onFailure: probe.#failed.reject,
      onEvent: (_type, job) => {
        probe.#jobs.note(job);
      },
    });
    return probe;
  }

  /** Creates runs until it is over, at least one. Returns for each the milliseconds from its creation to its Job. */
  async delays(isOver: (count: number) => boolean | Promise<boolean>): Promise<number[]> {
    const delays: number[] = [];
    do {
      const name = `probe-${this.#created}`;
      this.#created += 1;
      await this.#system.client.create(JOB_RUNS, this.#namespace, runOf(ENDING, name));
      const created = performance.now();
      const seen = this.#jobs.until(this.#created, `the Job of ${name}`, PATIENCE_MS);
      await Promise.race([seen, this.#failed.promise]);
      // The watch can report the Job before the create is answered.
      delays.push(Math.max(0, (this.#jobs.at(name) ?? NaN) - created));
      await sleep(PAUSE_MS);
    } while (!(await isOver(delays.length)));
    return delays;
  }

  stop(): void {
    this.#watching.abort();
  }
}
