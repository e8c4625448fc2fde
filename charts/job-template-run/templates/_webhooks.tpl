{{- define "job-template-run.webhookAnnotations" -}}
{{- $annotations := dict -}}
{{- if eq .Values.tls.mode "certManager" -}}
{{- /* From the CA's Certificate, not the serving one's: a renewal of the latter leaves the bundle alone. */ -}}
{{- $_ := set $annotations "cert-manager.io/inject-ca-from" (printf "%s/%s-ca" .Release.Namespace (include "job-template-run.fullname" .)) -}}
{{- end -}}
{{- with merge (deepCopy .Values.admission.annotations) $annotations -}}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{/*
The secret part of the paths at which the API server calls the webhook. The webhook reads it from its configurations, and answers nothing else.
Without a value, the one in the cluster is retained. Helm keeps no state between templates: the result is stored in the root's Values.
*/}}
{{- define "job-template-run.pathToken" -}}
{{- if not (hasKey .Values.webhook "usedPathToken") -}}
{{- $token := .Values.webhook.pathToken -}}
{{- if not $token -}}
{{- $old := lookup "admissionregistration.k8s.io/v1" "ValidatingWebhookConfiguration" "" (include "job-template-run.fullname" .) | default dict -}}
{{- range $old.webhooks -}}
{{- $path := dig "clientConfig" "service" "path" "" . -}}
{{- $token = regexFind "^/[a-z0-9-]{32,}/" $path | trimAll "/" | default $token -}}
{{- end -}}
{{- end -}}
{{- $_ := set .Values.webhook "usedPathToken" ($token | default (randAlphaNum 40 | lower)) -}}
{{- end -}}
{{- .Values.webhook.usedPathToken -}}
{{- end -}}

{{/* Where the API server finds the webhook. Takes a dict of root and webhook: validate or mutate. */}}
{{- define "job-template-run.clientConfig" -}}
service:
  name: {{ include "job-template-run.fullname" .root }}
  namespace: {{ .root.Release.Namespace }}
  path: /{{ include "job-template-run.pathToken" .root }}/{{ .webhook }}
  port: 443
{{- if eq .root.Values.tls.mode "selfSigned" }}
caBundle: {{ (include "job-template-run.selfSigned" .root | fromJson).bundle }}
{{- else if eq .root.Values.tls.mode "provided" }}
{{- with .root.Values.tls.provided.caBundle }}
caBundle: {{ contains "-----BEGIN" . | ternary (b64enc .) . }}
{{- end }}
{{- end }}
{{- end -}}
