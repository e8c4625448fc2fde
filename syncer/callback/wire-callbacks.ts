import type { Registry } from 'prom-client';
import { refusedAddress } from '../../core/callback/address-class.ts';
import { callbackPolicyOf } from '../../core/callback/callback-policy.ts';
import type { ClusterConfig } from '../../kube/client/cluster-config.ts';
import type { Timers } from '../../kube/controller/timers.ts';
import type { Clock } from '../clock.ts';
import type { SyncerConfig } from '../config.ts';
import type { CallbackOptions } from '../controller/controller-options.ts';
import { callbackMetrics } from './callback-metrics.ts';
import { CallbackSender } from './callback-sender.ts';
import { checkedLookup, dnsResolve } from './checked-lookup.ts';
import type { RefusedAddress, Resolve } from './checked-lookup.ts';

/** What a test replaces: how hosts are resolved, which addresses are refused, and the time. */
export interface CallbackWiring {
  resolve?: Resolve;
  refused?: RefusedAddress;
  clock?: Pick<Clock, 'now'>;
  timers?: Timers;
  timeoutMs?: number;
}

export interface CallbackSetup {
  config: SyncerConfig;
  kubeConfig: Pick<ClusterConfig, 'getCurrentCluster'>;
  callbackWiring?: CallbackWiring;
  clock: Pick<Clock, 'now'>;
}

/** Connects everything that sends callbacks. */
export function wireCallbacks(
  { config, kubeConfig, callbackWiring: wiring = {}, clock: present }: CallbackSetup,
  registry: Registry,
): CallbackOptions {
  const { clock = present, timers, resolve = dnsResolve(), refused = refusedAddress, timeoutMs } = wiring;
  const lookup = checkedLookup({ resolve, refused, apiServer: apiServerHost(kubeConfig) });
  const caBundle = config.callbackCaBundle;
  return {
    policy: callbackPolicyOf(config),
    sender: new CallbackSender({ lookup, caBundle, now: clock.now, timeoutMs }),
    clock,
    timers,
    metrics: callbackMetrics(registry),
  };
}

/** IPv6 addresses have brackets in a URL. */
function apiServerHost(kubeConfig: Pick<ClusterConfig, 'getCurrentCluster'>): string {
  const host = URL.parse(kubeConfig.getCurrentCluster()?.server ?? '')?.hostname ?? '';
  return host.startsWith('[') ? host.slice(1, -1) : host;
}
