{{/* Names */}}
{{- define "job-template-run.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The base of all object names. Cut to 52 characters, so that every suffix used here (the longest is "-selfsigned") fits into 63. */}}
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
{{- /* A name for each mode: Helm does not adopt a Secret that cert-manager created. */ -}}
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

{{/* The DNS names of the webhook's Service. */}}
{{- define "job-template-run.dnsNames" -}}
{{- $service := printf "%s.%s" (include "job-template-run.fullname" .) .Release.Namespace -}}
{{- list (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) $service | toJson -}}
{{- end -}}

{{/* Fails with a sentence on combinations of values that the schema cannot check. */}}
{{- define "job-template-run.check" -}}
{{- $syncers := ternary .Values.replicas .Values.syncer.replicas (eq .Values.syncer.mode "Sidecar") | int -}}
{{- if and (not .Values.syncer.leaderElection.enabled) (gt $syncers 1) -}}
{{- fail (printf "syncer.leaderElection.enabled is false, but there would be %d syncers: set %s to 1, or enable leader election" $syncers (ternary "replicas" "syncer.replicas" (eq .Values.syncer.mode "Sidecar"))) -}}
{{- end -}}
{{- if and (eq .Values.syncer.mode "Sidecar") (gt (int .Values.syncer.shards) 1) -}}
{{- fail (printf "syncer.shards is %d, but in Sidecar mode all syncers share one lease: set syncer.mode to Deployment" (int .Values.syncer.shards)) -}}
{{- end -}}
{{- $ports := dict "webhook.healthPort" (int .Values.webhook.healthPort) -}}
{{- if eq .Values.syncer.mode "Sidecar" -}}
{{- $ports = set $ports "syncer.healthPort" (int .Values.syncer.healthPort) -}}
{{- end -}}
{{- $taken := dict (toString (int .Values.webhook.port)) "webhook.port" -}}
{{- range $name, $port := $ports -}}
{{- if hasKey $taken (toString $port) -}}
{{- fail (printf "%s and %s are both %d, but the containers of a Pod share one network: set one of them to another port" (get $taken (toString $port)) $name $port) -}}
{{- end -}}
{{- $taken = set $taken (toString $port) $name -}}
{{- end -}}
{{- if and (eq .Values.tls.mode "provided") (not .Values.tls.provided.caBundle) (not .Values.admission.annotations) -}}
{{- fail "tls.mode is provided: set tls.provided.caBundle to the CA of the certificate, or admission.annotations to those of your CA injector" -}}
{{- end -}}
{{- if and (eq .Values.authorization.mode "Use") (eq .Values.admission.failurePolicy "Ignore") (not .Values.policies.enabled) -}}
{{- fail "authorization.mode is Use, but admission.failurePolicy is Ignore and policies.enabled is false: while no webhook answers, nothing would check the permission. Set policies.enabled to true, admission.failurePolicy to Fail, or authorization.mode to Namespace" -}}
{{- end -}}
{{- /* Helm knows the kinds of the cluster only when it is connected to one, so a plain `helm template` passes. */ -}}
{{- if and (eq .Values.tls.mode "certManager") (.Capabilities.APIVersions.Has "apps/v1/Deployment") (not (.Capabilities.APIVersions.Has "cert-manager.io/v1")) -}}
{{- fail "tls.mode is certManager, but this cluster has no cert-manager: install it first (https://cert-manager.io/docs/installation/), or set tls.mode to selfSigned" -}}
{{- end -}}
{{- end -}}

{{/* The labels of Pods: selector labels, chart labels and the user's. Takes a dict with root and component. */}}
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

{{/* The kinds of referenced objects that the webhook warns about when they are missing. */}}
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

{{/* The same as resource names, as a JSON list. */}}
{{- define "job-template-run.lookedForResources" -}}
{{- $plurals := dict "Secret" "secrets" "ConfigMap" "configmaps" "ServiceAccount" "serviceaccounts" "PersistentVolumeClaim" "persistentvolumeclaims" "PriorityClass" "priorityclasses" -}}
{{- $resources := list -}}
{{- range $kind := splitList "," (include "job-template-run.warnMissing" .) | compact -}}
{{- $resources = append $resources (get $plurals $kind) -}}
{{- end -}}
{{- $resources | toJson -}}
{{- end -}}
