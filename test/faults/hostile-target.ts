/**
 * The webhook in its own process, which also watches itself. It sends over IPC its URL, and for each `report` the
 * longest time that its thread was busy without a break and whether `Object.prototype` is unchanged.
 */
import { KubeConfig } from '@kubernetes/client-node';
import { pino } from 'pino';
import { readConfig } from '../../webhook/config.ts';
import { startWebhook } from '../../webhook/start-webhook.ts';

/** What the process reports about itself. */
export interface HostileReport {
  /** The most CPU time in milliseconds between two ticks of a 10 ms timer: a wall clock would measure the machine. */
  longestStallMs: number;
  /** Names of the properties of `Object.prototype` and `Array.prototype`. */
  prototypeNames: string[];
  rssBytes: number;
}

const kubeConfig = new KubeConfig();
kubeConfig.loadFromDefault();
const webhook = await startWebhook({
  kubeConfig,
  config: readConfig(process.env),
  logger: pino({ level: process.env['HOSTILE_LOG'] ?? 'fatal' }),
  drainQuietMs: 50,
});

let longestStallMs = 0;
let before = process.threadCpuUsage();
setInterval(() => {
  const now = process.threadCpuUsage();
  longestStallMs = Math.max(longestStallMs, (now.user + now.system - before.user - before.system) / 1000);
  before = now;
}, 10);

process.on('message', (message) => {
  if (message === 'reset') longestStallMs = 0;
  if (message === 'reset' || message === 'report') {
    const prototypeNames = [Object.prototype, Array.prototype].flatMap((prototype) =>
      Object.getOwnPropertyNames(prototype),
    );
    const report: HostileReport = { longestStallMs, prototypeNames, rssBytes: process.memoryUsage().rss };
    process.send?.(report);
  }
});
await webhook.whenReady();
process.send?.({ url: webhook.url });
