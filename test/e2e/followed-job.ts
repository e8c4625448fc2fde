import { Writable } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import { JOBS } from '../../api/resources.ts';
import type { Job } from '../../api/wire.ts';
import { isParallel } from '../../cli/logs/attempts.ts';
import { readJob } from '../../cli/logs/job-reader.ts';
import { LogOutput } from '../../cli/logs/log-output.ts';
import { prefixOf, prefixParts } from '../../cli/logs/log-source.ts';
import { pieceFormat } from '../../cli/logs/piece-format.ts';
import type { LogChoice } from '../../cli/logs/pod-reader.ts';
import { StreamSlots } from '../../cli/logs/stream-slots.ts';
import { KubeClient } from '../../kube/client/client.ts';
import { eventually } from './eventually.ts';

/** What a user sees of a Job. */
export interface Followed {
  output: string;
  notes: string[];
}

export interface FollowOptions {
  choice?: LogChoice;
  /** How many logs are read at once. */
  slots?: number;
  /** Called with the output so far, whenever there is more. */
  onOutput?: (output: string) => void;
}

/** Creates a Job and follows its output to the end. */
export async function followNewJob(kubeConfig: KubeConfig, job: Job, options: FollowOptions = {}): Promise<Followed> {
  const client = KubeClient.fromKubeConfig(kubeConfig, { component: 'test', logConnections: 50 });
  try {
    const { namespace } = job.metadata!;
    return await follow(client, await client.create<Job>(JOBS, namespace, job), options);
  } finally {
    await client.close();
  }
}

async function follow(client: KubeClient, job: Job, options: FollowOptions): Promise<Followed> {
  const { choice = {}, slots = 50, onOutput } = options;
  const chunks: Buffer[] = [];
  const notes: string[] = [];
  const stdout = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk);
      onOutput?.(Buffer.concat(chunks).toString());
      done();
    },
  });
  const several = { pod: isParallel(job), container: (job.spec?.template.spec?.containers.length ?? 1) > 1 };
  const prefix = prefixParts('auto', several);
  const format = pieceFormat({
    format: 'text',
    timestamps: false,
    isTerminal: false,
    prefix: (source) => prefixOf(source, prefix),
  });
  const finished = new AbortController();
  const reading = readJob(
    { client, job, finished: finished.signal },
    {
      client,
      output: new LogOutput(stdout, format),
      signal: new AbortController().signal,
      options: { follow: true },
      slots: new StreamSlots(slots),
      notify: (note) => notes.push(note),
      choice,
      settleMs: 1000,
      inTurn: false,
    },
  );
  await Promise.all([
    reading,
    whenFinished(client, job).then(() => {
      finished.abort();
    }),
  ]);
  return { output: Buffer.concat(chunks).toString(), notes };
}

async function whenFinished(client: KubeClient, { metadata }: Job): Promise<void> {
  const { namespace, name = '' } = metadata!;
  await eventually(`the end of Job ${name}`, async () => {
    const { status } = await client.get<Job>(JOBS, { namespace, name });
    return status?.conditions?.find((each) => ['Complete', 'Failed'].includes(each.type) && each.status === 'True');
  });
}
