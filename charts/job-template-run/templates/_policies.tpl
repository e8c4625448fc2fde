{{/*
A policy denies while its expressions cannot be evaluated (failurePolicy: Fail), and no namespace or object is excluded: what a user can write, such
as a label, must not turn a policy off. Each takes a dict with root, and with the name of the policy.
*/}}

{{- define "job-template-run.policyMetadata" -}}
name: {{ include "job-template-run.fullname" .root }}-{{ .name }}
labels:
  {{- include "job-template-run.labels" .root | nindent 2 }}
  app.kubernetes.io/component: policy
{{- end -}}

{{- define "job-template-run.policyBinding" -}}
apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  {{- include "job-template-run.policyMetadata" . | nindent 2 }}
spec:
  policyName: {{ include "job-template-run.fullname" .root }}-{{ .name }}
  validationActions: [Deny]
{{- end -}}

{{/* The users that webhook and syncer are for the API server, as a JSON list. */}}
{{- define "job-template-run.users" -}}
{{- $accounts := list (include "job-template-run.webhookServiceAccount" .) (include "job-template-run.syncerServiceAccount" .) | uniq -}}
{{- $users := list -}}
{{- range $accounts -}}
{{- $users = append $users (printf "system:serviceaccount:%s:%s" $.Release.Namespace .) -}}
{{- end -}}
{{- $users | toJson -}}
{{- end -}}
