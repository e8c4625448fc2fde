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

{{/* Where the API server finds the webhook. Takes a dict of root and path. */}}
{{- define "job-template-run.clientConfig" -}}
service:
  name: {{ include "job-template-run.fullname" .root }}
  namespace: {{ .root.Release.Namespace }}
  path: {{ .path }}
  port: 443
{{- if eq .root.Values.tls.mode "selfSigned" }}
caBundle: {{ (include "job-template-run.selfSigned" .root | fromJson).bundle }}
{{- else if eq .root.Values.tls.mode "provided" }}
{{- with .root.Values.tls.provided.caBundle }}
caBundle: {{ contains "-----BEGIN" . | ternary (b64enc .) . }}
{{- end }}
{{- end }}
{{- end -}}
