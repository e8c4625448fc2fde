{{/* The parts that the Deployments share. Each takes a dict of root and component (webhook, syncer, or test, which is not spread). */}}

{{/* No Pod goes before its successor answers: a rollout adds one, waits until it is ready, then takes one away. */}}
{{- define "job-template-run.rollout" -}}
# EndpointSlices reach every node a moment after a Pod is ready: only then does it count, and `helm install --wait` return.
minReadySeconds: 3
revisionHistoryLimit: 3
strategy:
  type: RollingUpdate
  rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
selector:
  matchLabels:
    {{- include "job-template-run.selectorLabels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{- define "job-template-run.podSettings" -}}
{{- $values := .root.Values -}}
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
    {{- if not .matchLabelKeys }}
    # Pods of the revision that is going away do not count.
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
- name: syncer
  image: {{ include "job-template-run.image" . }}
  imagePullPolicy: {{ .Values.image.pullPolicy }}
  args: [dist/syncer/main.js]
  env:
    - { name: HEALTH_PORT, value: '8081' }
    - { name: LEADER_ELECTION, value: {{ .Values.syncer.leaderElection.enabled | quote }} }
    - { name: LEASE_NAME, value: {{ include "job-template-run.fullname" . }}-syncer }
    - { name: POD_NAME, valueFrom: { fieldRef: { fieldPath: metadata.name } } }
    - { name: POD_NAMESPACE, valueFrom: { fieldRef: { fieldPath: metadata.namespace } } }
    - { name: WORKERS, value: {{ .Values.syncer.workers | int | quote }} }
    - { name: MISSING_TEMPLATE, value: {{ .Values.admission.missingTemplate }} }
    - { name: MISSING_TEMPLATE_WAIT_SECONDS, value: {{ .Values.admission.missingTemplateWaitSeconds | int | quote }} }
    - { name: REVISION_HISTORY_LIMIT, value: {{ .Values.revisionHistoryLimit | int | quote }} }
    - { name: LOG_LEVEL, value: {{ .Values.log.level }} }
    {{- with .Values.syncer.extraEnv }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  ports:
    - { name: syncer-health, containerPort: 8081 }
  # Ready once is enough: later trouble of the syncer must not take the webhook beside it out of the Service.
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
    {{- toYaml .Values.syncer.resources | nindent 4 }}
  securityContext:
    {{- toYaml .Values.securityContext | nindent 4 }}
{{- end -}}
