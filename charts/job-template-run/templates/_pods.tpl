{{/*
The parts that the Deployments share. Each takes a dict with root and component (webhook, syncer, or test, which is not spread), and with the
number of the shard where there are several.
*/}}

{{/* No Pod is terminated before its successor answers: a rollout adds one Pod, waits until it is ready, then removes one. */}}
{{- define "job-template-run.rollout" -}}
# EndpointSlices reach every node a moment after a Pod is ready. Only then is it available, and does `helm install --wait` return.
minReadySeconds: 3
revisionHistoryLimit: 3
strategy:
  type: RollingUpdate
  {{- if and (eq .component "webhook") .root.Values.webhook.hostNetwork }}
  # Two Pods with the same host ports do not fit on a node, so the old Pod makes room for the new one.
  rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }
  {{- else }}
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  {{- end }}
selector:
  matchLabels:
    {{- include "job-template-run.selectorLabels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
    {{- if hasKey . "shard" }}
    hematoscope.app/shard: {{ .shard | quote }}
    {{- end }}
{{- end -}}

{{- define "job-template-run.podSettings" -}}
{{- $values := .root.Values -}}
{{- if and (eq .component "webhook") $values.webhook.hostNetwork }}
hostNetwork: true
dnsPolicy: ClusterFirstWithHostNet
{{- end }}
automountServiceAccountToken: true
enableServiceLinks: false
{{- with $values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml $values.podSecurityContext | nindent 2 }}
{{- with $values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with and (ne .component "test") $values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{ toYaml . | nindent 4 | trim }}
    {{- if not .labelSelector }}
    labelSelector:
      matchLabels:
        {{- include "job-template-run.selectorLabels" $.root | nindent 8 }}
        app.kubernetes.io/component: {{ $.component }}
        {{- if hasKey $ "shard" }}
        hematoscope.app/shard: {{ $.shard | quote }}
        {{- end }}
    {{- if not .matchLabelKeys }}
    # Pods of the old ReplicaSet do not count.
    matchLabelKeys: [pod-template-hash]
    {{- end }}
    {{- end }}
  {{- end }}
{{- end }}
{{- with $values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "job-template-run.syncerContainer" -}}
{{- $values := .root.Values -}}
- name: syncer
  image: {{ include "job-template-run.image" .root }}
  imagePullPolicy: {{ $values.image.pullPolicy }}
  {{- if eq .component "webhook" }}
  # The supervisor starts the syncer, and stays ready whatever happens to it: a Pod is ready only if all of its containers are.
  args: [--max-old-space-size=32, dist/supervisor/main.js]
  {{- else }}
  args: [dist/syncer/main.js]
  {{- end }}
  env:
    - { name: HEALTH_PORT, value: {{ $values.syncer.healthPort | int | quote }} }
    - { name: LEADER_ELECTION, value: {{ $values.syncer.leaderElection.enabled | quote }} }
    - { name: LEASE_NAME, value: {{ include "job-template-run.fullname" .root }}-syncer }
    - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
    {{- if hasKey . "shard" }}
    - { name: SHARDS, value: {{ $values.syncer.shards | int | quote }} }
    - { name: SHARD, value: {{ .shard | quote }} }
    {{- end }}
    - { name: WORKERS, value: {{ $values.syncer.workers | int | quote }} }
    - { name: FAILURE_POLICY, value: {{ $values.admission.failurePolicy }} }
    - { name: MISSING_TEMPLATE, value: {{ $values.admission.missingTemplate }} }
    - { name: MISSING_TEMPLATE_WAIT_SECONDS, value: {{ $values.admission.missingTemplateWaitSeconds | int | quote }} }
    - { name: REVISION_HISTORY_LIMIT, value: {{ $values.revisionHistoryLimit | int | quote }} }
    - { name: READ_PODS, value: {{ $values.syncer.reads.pods | quote }} }
    - { name: READ_EVENTS, value: {{ $values.syncer.reads.events | quote }} }
    - { name: READ_LOG_ENDS, value: {{ $values.syncer.reads.logEnds | quote }} }
    {{- range $name, $value := dict "TTL_SECONDS_AFTER_FINISHED" $values.retention.ttlSecondsAfterFinished "SUCCESSFUL_RUNS_HISTORY_LIMIT" $values.retention.successfulRunsHistoryLimit "FAILED_RUNS_HISTORY_LIMIT" $values.retention.failedRunsHistoryLimit }}
    {{- if not (kindIs "invalid" $value) }}
    - { name: RETENTION_{{ $name }}, value: {{ $value | int64 | quote }} }
    {{- end }}
    {{- end }}
    - { name: LOG_LEVEL, value: {{ $values.log.level }} }
    {{- with include "job-template-run.callbackEnv" .root }}
    {{- . | nindent 4 }}
    {{- with $values.callbacks.caBundle }}
    - name: CALLBACK_CA_BUNDLE
      value: |
        {{- . | nindent 8 }}
    {{- end }}
    {{- end }}
    {{- with $values.syncer.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - { name: syncer-health, containerPort: {{ $values.syncer.healthPort | int }} }
  {{- if eq .component "webhook" }}
  lifecycle:
    preStop:
      # Tells a deletion of the Pod, which ends the syncer, from any other SIGTERM, which restarts it.
      exec: { command: [/usr/local/bin/node, dist/supervisor/pre-stop.js] }
  {{- end }}
  startupProbe:
    httpGet: { path: /readyz, port: syncer-health }
    initialDelaySeconds: 1
    periodSeconds: 2
    timeoutSeconds: 5
    failureThreshold: 90
  livenessProbe:
    httpGet: { path: /healthz, port: syncer-health }
    periodSeconds: 10
    timeoutSeconds: 5
    failureThreshold: 3
  resources:
    {{- toYaml $values.syncer.resources | nindent 4 }}
  securityContext:
    {{- toYaml $values.securityContext | nindent 4 }}
{{- end -}}
