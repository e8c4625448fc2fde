import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CLUSTER_JOB_TEMPLATES, JOB_RUNS, JOB_TEMPLATES } from '../../api/resources.ts';
import type { RequestObserver } from '../../kube/client/request-sender.ts';

const KINDS = [JOB_RUNS, JOB_TEMPLATES, CLUSTER_JOB_TEMPLATES].map(({ kind }) => kind);
const OPERATIONS = ['CREATE', 'UPDATE', 'DELETE'];
const OTHER = 'other';

/** The metrics of the webhook. They have the names that controller-runtime uses, where it has the same metric. */
export class WebhookMetrics {
  readonly registry = new Registry();
  readonly requests = new Counter({
    name: 'controller_runtime_webhook_requests_total',
    help: 'Total number of admission requests by HTTP status code.',
    labelNames: ['webhook', 'code'] as const,
    registers: [this.registry],
  });
  readonly latency = new Histogram({
    name: 'controller_runtime_webhook_latency_seconds',
    help: 'Histogram of the latency of processing admission requests.',
    labelNames: ['webhook'] as const,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    registers: [this.registry],
  });
  readonly inFlight = new Gauge({
    name: 'controller_runtime_webhook_requests_in_flight',
    help: 'Current number of admission requests being served.',
    labelNames: ['webhook'] as const,
    registers: [this.registry],
  });
  readonly #verdicts = new Counter({
    name: 'job_template_run_admission_verdicts_total',
    help: 'Total number of admission decisions.',
    labelNames: ['kind', 'operation', 'verdict'] as const,
    registers: [this.registry],
  });
  readonly certificateReads = new Counter({
    name: 'certwatcher_read_certificate_total',
    help: 'Total number of certificate reads.',
    registers: [this.registry],
  });
  readonly certificateReadErrors = new Counter({
    name: 'certwatcher_read_certificate_errors_total',
    help: 'Total number of certificate reads that failed.',
    registers: [this.registry],
  });
  readonly certificateExpiry = new Gauge({
    name: 'job_template_run_certificate_expiry_timestamp_seconds',
    help: 'Expiry time of the serving certificate in use, in seconds since 1970.',
    registers: [this.registry],
  });
  readonly #restClientRequests = new Counter({
    name: 'rest_client_requests_total',
    help: 'Number of HTTP requests to the API server, partitioned by status code, method, and host.',
    labelNames: ['code', 'method', 'host'] as const,
    registers: [this.registry],
  });

  /** Counts a decision. A request can name any kind: what is not expected counts as `other`, so that there are few series. */
  decided(kind: string, operation: string, isAllowed: boolean): void {
    this.#verdicts.inc({
      kind: KINDS.includes(kind) ? kind : OTHER,
      operation: OPERATIONS.includes(operation) ? operation : OTHER,
      verdict: isAllowed ? 'allowed' : 'denied',
    });
  }

  /** Counts the requests to the API server; pass it to the client. */
  readonly observeApiRequest: RequestObserver = ({ code, method, host }) => {
    this.#restClientRequests.inc({ code, method, host });
  };
}
