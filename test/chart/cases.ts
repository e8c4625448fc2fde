const allOn = {
  networkPolicy: { enabled: true, apiServerCidrs: ['10.0.0.1/32'], metricsFrom: [{ namespaceSelector: {} }] },
  metrics: { serviceMonitor: { enabled: true, labels: { release: 'prometheus' } } },
};

/** Sets of values that users have, each with the templates that it affects. */
export const cases: Record<string, object> = {
  defaults: {},
  'syncer in a Deployment of its own': { syncer: { mode: 'Deployment' }, ...allOn },
  'syncers in shards': { syncer: { mode: 'Deployment', shards: 2 } },
  'network policy and metrics': allOn,
  'certificate made by Helm': { tls: { mode: 'selfSigned' } },
  'certificate provided': {
    tls: { mode: 'provided', provided: { secretName: 'webhook-cert', caBundle: '-----BEGIN CERTIFICATE-----\nMIIB' } },
  },
  'CA filled in by another injector': {
    tls: { mode: 'provided', provided: { secretName: 'webhook-cert' } },
    admission: { annotations: { 'service.beta.openshift.io/inject-cabundle': 'true' } },
  },
  'one replica, no leader election': {
    replicas: 1,
    syncer: { leaderElection: { enabled: false } },
    podDisruptionBudget: { enabled: false },
  },
  'own accounts and roles': { serviceAccount: { create: false, name: 'mine' }, rbac: { create: false } },
  'own accounts, syncer apart': {
    serviceAccount: { create: false, name: 'mine', syncerName: 'mine-too' },
    syncer: { mode: 'Deployment' },
  },
  'image and where it runs': {
    image: { repository: 'registry.example.com/jtr', digest: `sha256:${'0'.repeat(64)}`, pullPolicy: 'Always' },
    imagePullSecrets: [{ name: 'pull' }],
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    tolerations: [{ key: 'control-plane', operator: 'Exists' }],
    affinity: {
      nodeAffinity: {
        preferredDuringSchedulingIgnoredDuringExecution: [
          { weight: 1, preference: { matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] } },
        ],
      },
    },
    topologySpreadConstraints: [],
    priorityClassName: 'system-cluster-critical',
  },
  'labels, annotations, environment': {
    commonLabels: { team: 'batch' },
    podLabels: { mesh: 'off' },
    podAnnotations: { note: 'a pod' },
    webhook: { extraEnv: [{ name: 'HTTPS_PROXY', value: 'http://proxy' }], port: 10250, drainSeconds: 40 },
    syncer: { extraEnv: [{ name: 'NO_PROXY', value: '*' }], workers: 4 },
  },
  'the network of the node': {
    webhook: { hostNetwork: true, port: 19443, healthPort: 18080, ipFamilyPolicy: 'SingleStack' },
    syncer: { healthPort: 18081 },
    ...allOn,
  },
  'finished runs are removed by default': {
    retention: { ttlSecondsAfterFinished: 604800, successfulRunsHistoryLimit: 0 },
  },
  'callbacks are permitted': {
    callbacks: {
      allowedHosts: ['hooks.example.com', '*.{namespace}.svc.cluster.local'],
      allowHttp: true,
      caBundle: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----',
      secrets: [
        { namespace: 'team-a', names: ['callback', 'other'] },
        { namespace: 'team-b', names: ['callback'] },
      ],
    },
    networkPolicy: { enabled: true, callbackPorts: [443, 8443] },
    syncer: { mode: 'Deployment' },
  },
  'who can call the webhook': {
    webhook: { pathToken: 'a-token-that-is-set-by-hand-0123456789', clientCaSecret: 'api-server-ca' },
  },
  'a run may wait for its template': {
    admission: { missingTemplate: 'Wait', missingTemplateWaitSeconds: 60, failurePolicy: 'Ignore', timeoutSeconds: 10 },
    log: { level: 'debug' },
  },
  'permission for each template, checked by the API server': {
    authorization: { mode: 'Use' },
    admission: { failurePolicy: 'Ignore' },
    syncer: { mode: 'Deployment' },
  },
  'permission for each template, checked by the webhook': {
    authorization: { mode: 'Use' },
    policies: { enabled: false },
  },
  'long names': { fullnameOverride: 'a-name-that-is-much-longer-than-what-fits-into-the-name-of-a-service' },
};
