import type { Logger } from 'pino';
import type { KubeClient } from '../../kube/client/client.ts';
import type { KubeMetrics } from '../../kube/metrics/client-metrics.ts';
import type { Clock } from '../clock.ts';
import type { Outage } from '../controller/outage.ts';
import type { Watches } from '../controller/watches.ts';
import type { Cluster } from '../run/cluster.ts';
import type { TemplateResolver } from '../run/template-resolver.ts';
import type { WriteGuard } from '../write-guard.ts';
import { GroupLeases } from './group-leases.ts';
import { HolderCheck } from './holder-check.ts';
import { PlaceRelease } from './place-release.ts';
import { Places } from './places.ts';
import { UnclearCreations } from './unclear-creations.ts';

export interface PlacesWiring {
  client: KubeClient;
  guard: WriteGuard;
  logger: Logger;
  metrics: KubeMetrics;
  reads: { pods: boolean };
  /** The namespace of the release: the Leases of the groups are there. */
  clusterNamespace: string;
  cluster: Cluster;
  watches: Pick<Watches, 'runs' | 'jobs' | 'contents'>;
  templates: TemplateResolver;
  outage: Outage;
  clock: Clock;
  /** This process. */
  instance: string;
  isInShard: (namespace: string | undefined) => boolean;
  wake: (run: string) => void;
}

/** Connects the places of runs with what decides that they are given back. */
export function wirePlaces(wiring: PlacesWiring): {
  places: Places;
  release: PlaceRelease;
  unclear: UnclearCreations;
} {
  const { client, guard, cluster, watches, templates, outage, isInShard, logger, wake, clock, instance } = wiring;
  const unclear = new UnclearCreations(clock);
  const [runs, jobs] = [watches.runs.cache, watches.jobs.cache];
  const leases = new GroupLeases({ client, guard, namespace: wiring.clusterNamespace });
  const check = (group: string): void => {
    release.check(group);
  };
  const places = new Places({
    leases,
    runs,
    contents: watches.contents,
    jobs,
    templates,
    unclear,
    wake,
    check,
    clock,
    instance,
  });
  const release: PlaceRelease = new PlaceRelease({
    ...{ places, leases, runs, isInShard, outage, clock, logger },
    holders: new HolderCheck({ client, cluster, runs, jobs, unclear, readsPods: wiring.reads.pods }),
    queueMetrics: wiring.metrics.workQueue('concurrency'),
  });
  return { places, release, unclear };
}
