{{/*
The certificate of tls.mode selfSigned, as JSON: crt, key, ca, bundle, notAfter (seconds since 1970), dnsName.
A certificate in the cluster that is for the same name and has a tenth of its lifetime left is retained. When a new one is generated, the bundle
also contains the old CA, so that Pods that still serve the old certificate are trusted until they have loaded the new one.
Helm keeps no state between templates: the result is stored in the root's Values, once for each rendering.
*/}}
{{- define "job-template-run.selfSigned" -}}
{{- if not (hasKey .Values.tls "made") -}}
{{- $secretName := include "job-template-run.tlsSecret" . -}}
{{- $dnsNames := include "job-template-run.dnsNames" . | fromJsonArray -}}
{{- $old := lookup "v1" "Secret" .Release.Namespace $secretName | default dict -}}
{{- $annotations := ($old.metadata | default dict).annotations | default dict -}}
{{- $data := $old.data | default dict -}}
{{- $days := .Values.tls.selfSigned.days | int -}}
{{- $lasts := sub (index $annotations "hematoscope.app/not-after" | default "0" | int64) (now | unixEpoch | int64) -}}
{{- $made := dict -}}
{{- if and (eq (index $annotations "hematoscope.app/dns-name" | default "") (first $dnsNames)) (gt $lasts (mul $days 8640)) (index $data "ca.crt") (index $data "bundle.crt") -}}
{{- $made = dict "crt" (index $data "tls.crt") "key" (index $data "tls.key") "ca" (index $data "ca.crt") "bundle" (index $data "bundle.crt") "notAfter" (index $annotations "hematoscope.app/not-after") -}}
{{- else -}}
{{- $ca := genCA (printf "%s-ca" (include "job-template-run.fullname" .)) $days -}}
{{- $leaf := genSignedCert (first $dnsNames) nil $dnsNames $days $ca -}}
{{- $bundle := printf "%s%s" $ca.Cert (index $data "ca.crt" | default "" | b64dec) -}}
{{- $notAfter := add (now | unixEpoch | int64) (mul $days 86400) | toString -}}
{{- $made = dict "crt" (b64enc $leaf.Cert) "key" (b64enc $leaf.Key) "ca" (b64enc $ca.Cert) "bundle" (b64enc $bundle) "notAfter" $notAfter -}}
{{- end -}}
{{- $_ := set $made "dnsName" (first $dnsNames) -}}
{{- $_ := set .Values.tls "made" $made -}}
{{- end -}}
{{- toJson .Values.tls.made -}}
{{- end -}}
