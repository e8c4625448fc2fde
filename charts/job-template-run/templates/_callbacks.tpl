{{/* Which callbacks are permitted, for webhook and syncer. */}}
{{- define "job-template-run.callbackEnv" -}}
{{- if .Values.callbacks.allowedHosts -}}
{{- $secrets := list -}}
{{- range $of := .Values.callbacks.secrets }}{{ range .names }}{{ $secrets = append $secrets (printf "%s/%s" $of.namespace .) }}{{ end }}{{ end -}}
- { name: CALLBACK_ALLOWED_HOSTS, value: {{ join "," .Values.callbacks.allowedHosts | quote }} }
- { name: CALLBACK_ALLOW_HTTP, value: {{ .Values.callbacks.allowHttp | quote }} }
- { name: CALLBACK_SECRETS, value: {{ join "," $secrets | quote }} }
{{- end -}}
{{- end -}}
