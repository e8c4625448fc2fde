/**
 * The first process of the container that the syncer shares a Pod with the webhook in. It starts the syncer again whenever
 * that fails, and answers the kubelet's probes itself, so that the Pod stays ready and the webhook stays in its Service.
 *
 * SIGUSR2, sent by the Pod's `preStop` hook, announces that the Pod is being deleted: the syncer stops in an orderly way,
 * and the SIGTERM that follows ends this process. SIGTERM alone only restarts the syncer. SIGINT ends both.
 * Exit codes: 0 after these signals, 1 if the port cannot be opened, 2 for a wrong configuration.
 */
import { pino } from 'pino';
import { ConfigError } from '../kube/process/environment.ts';
import { listenAnywhere, listenOn } from '../kube/process/listen.ts';
import { readConfig } from './config.ts';
import type { SupervisorConfig } from './config.ts';
import { healthServer, SupervisorMetrics } from './health.ts';
import { memoryPlan } from './memory.ts';
import { Supervisor } from './supervisor.ts';
import { spawnSyncer, syncerFlags, syncerScript } from './syncer-process.ts';

/** How often the syncer's memory is compared with the limit. */
const TICK_MS = 100;

function configOrExit(): SupervisorConfig {
  try {
    return readConfig(process.env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

const config = configOrExit();
const logger = pino({ level: config.logLevel, base: { component: 'supervisor' } });
const plan = memoryPlan(process.constrainedMemory());
const metrics = new SupervisorMetrics();
const supervisor = new Supervisor({
  spawn: spawnSyncer({
    script: syncerScript(),
    flags: syncerFlags(process.execArgv, plan?.heapMib),
    environment: process.env,
  }),
  clock: () => performance.now(),
  logger,
  startedAfterMs: config.startedAfterSeconds * 1000,
  killAbove: plan?.killAbove,
  onRestart: metrics.onRestart,
});

const { promise: allowedToExit, resolve: allowExit } = Promise.withResolvers<undefined>();
let deleted = false;
process.on('SIGUSR2', () => {
  deleted = true;
  logger.info('the Pod is being deleted');
  supervisor.stop();
});
process.on('SIGTERM', () => {
  if (deleted) allowExit(undefined);
  else supervisor.terminate();
});
process.on('SIGINT', () => {
  supervisor.stop();
  allowExit(undefined);
});

logger.info({ memory: plan }, 'starting');
await listenAnywhere(config.host, (host) =>
  listenOn(healthServer(supervisor, metrics, logger), config.healthPort, host),
);
const ticking = setInterval(() => {
  supervisor.tick();
}, TICK_MS);
const code = await supervisor.finished;
clearInterval(ticking);
if (code === 0) await allowedToExit;
process.exit(code);
