{{/* Names */}}
{{- define "job-template-run.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The base of all object names. Cut to 52, so that every suffix used here (the longest is "-selfsigned") fits into 63. */}}
{{- define "job-template-run.fullname" -}}
{{- $name := include "job-template-run.name" . -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 52 | trimSuffix "-" -}}
{{- else if contains $name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "job-template-run.webhookServiceAccount" -}}
{{- if .Values.serviceAccount.name -}}
{{- .Values.serviceAccount.name -}}
{{- else if .Values.serviceAccount.create -}}
{{- include "job-template-run.fullname" . -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "job-template-run.syncerServiceAccount" -}}
{{- if eq .Values.syncer.mode "Sidecar" -}}
{{- include "job-template-run.webhookServiceAccount" . -}}
{{- else if .Values.serviceAccount.syncerName -}}
{{- .Values.serviceAccount.syncerName -}}
{{- else if or .Values.serviceAccount.create .Values.serviceAccount.name -}}
{{- printf "%s-syncer" (include "job-template-run.webhookServiceAccount" .) -}}
{{- else -}}
default
{{- end -}}
{{- end -}}

{{- define "job-template-run.tlsSecret" -}}
{{- if eq .Values.tls.mode "provided" -}}
{{- required "tls.mode is provided: set tls.provided.secretName to the name of a kubernetes.io/tls Secret in the release's namespace" .Values.tls.provided.secretName -}}
{{- else -}}
{{- /* A name for each mode: Helm would not take over a Secret that cert-manager made. */ -}}
{{- include "job-template-run.fullname" . }}-{{ eq .Values.tls.mode "selfSigned" | ternary "self-signed" "tls" }}
{{- end -}}
{{- end -}}

{{/* Labels */}}
{{- define "job-template-run.selectorLabels" -}}
app.kubernetes.io/name: {{ include "job-template-run.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "job-template-run.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
{{ include "job-template-run.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "job-template-run.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}
{{- printf "%s@%s" .repository .digest -}}
{{- else -}}
{{- printf "%s:%s" .repository (default $.Chart.AppVersion .tag) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The names under which the API server calls the webhook's Service. */}}
{{- define "job-template-run.dnsNames" -}}
{{- $service := printf "%s.%s" (include "job-template-run.fullname" .) .Release.Namespace -}}
{{- list (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) $service | toJson -}}
{{- end -}}

{{/* Refuses, with a sentence, what the schema cannot see. */}}
{{- define "job-template-run.check" -}}
{{- $syncers := ternary .Values.replicas .Values.syncer.replicas (eq .Values.syncer.mode "Sidecar") | int -}}
{{- if and (not .Values.syncer.leaderElection.enabled) (gt $syncers 1) -}}
{{- fail (printf "syncer.leaderElection.enabled is false, but there would be %d syncers: set %s to 1, or turn leader election on" $syncers (ternary "replicas" "syncer.replicas" (eq .Values.syncer.mode "Sidecar"))) -}}
{{- end -}}
{{- if and (eq .Values.syncer.mode "Sidecar") (gt (int .Values.syncer.shards) 1) -}}
{{- fail (printf "syncer.shards is %d, but a syncer beside each webhook is one of all: set syncer.mode to Deployment" (int .Values.syncer.shards)) -}}
{{- end -}}
{{- if and (eq .Values.tls.mode "provided") (not .Values.tls.provided.caBundle) (not .Values.admission.annotations) -}}
{{- fail "tls.mode is provided: set tls.provided.caBundle to the CA of the certificate, or admission.annotations to what makes your CA injector fill it in" -}}
{{- end -}}
{{- if and (eq .Values.authorization.mode "Use") (eq .Values.admission.failurePolicy "Ignore") -}}
{{- fail "authorization.mode is Use, but admission.failurePolicy is Ignore: while no webhook answers, nobody would be asked for the verb. Set admission.failurePolicy to Fail, or authorization.mode to Namespace" -}}
{{- end -}}
{{- /* Kinds are known only where Helm talks to a cluster: a plain `helm template` is not held up. */ -}}
{{- if and (eq .Values.tls.mode "certManager") (.Capabilities.APIVersions.Has "apps/v1/Deployment") (not (.Capabilities.APIVersions.Has "cert-manager.io/v1")) -}}
{{- fail "tls.mode is certManager, but this cluster has no cert-manager: install it first (https://cert-manager.io/docs/installation/), or set tls.mode to selfSigned" -}}
{{- end -}}
{{- end -}}

{{/* A labels block for Pods: selector labels, chart labels and the user's. Takes a dict of root and component. */}}
{{- define "job-template-run.podLabels" -}}
{{- include "job-template-run.labels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- if hasKey . "shard" }}
hematoscope.app/shard: {{ .shard | quote }}
{{- end }}
{{- with .root.Values.podLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The kinds of objects whose absence is warned of. */}}
{{- define "job-template-run.warnMissing" -}}
{{- $kinds := list -}}
{{- with .Values.admission.warnings -}}
{{- if .missingSecrets }}{{ $kinds = append $kinds "Secret" }}{{ end -}}
{{- if .missingConfigMaps }}{{ $kinds = append $kinds "ConfigMap" }}{{ end -}}
{{- if .missingServiceAccounts }}{{ $kinds = append $kinds "ServiceAccount" }}{{ end -}}
{{- if .missingPersistentVolumeClaims }}{{ $kinds = append $kinds "PersistentVolumeClaim" }}{{ end -}}
{{- if .missingPriorityClasses }}{{ $kinds = append $kinds "PriorityClass" }}{{ end -}}
{{- end -}}
{{- join "," $kinds -}}
{{- end -}}

{{/* The same as resources, as a JSON list. */}}
{{- define "job-template-run.lookedForResources" -}}
{{- $plurals := dict "Secret" "secrets" "ConfigMap" "configmaps" "ServiceAccount" "serviceaccounts" "PersistentVolumeClaim" "persistentvolumeclaims" "PriorityClass" "priorityclasses" -}}
{{- $resources := list -}}
{{- range $kind := splitList "," (include "job-template-run.warnMissing" .) | compact -}}
{{- $resources = append $resources (get $plurals $kind) -}}
{{- end -}}
{{- $resources | toJson -}}
{{- end -}}
