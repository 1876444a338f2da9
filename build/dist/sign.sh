#!/usr/bin/env bash
# Signs Windows programs in place; without a certificate it leaves them as they are.
# usage: [WINDOWS_CERTIFICATE=… WINDOWS_CERTIFICATE_PASSWORD=… WINDOWS_TIMESTAMP=URL] build/dist/sign.sh FILE...
set -euo pipefail
[ -n "${WINDOWS_CERTIFICATE:-}" ] || exit 0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
umask 077
echo "$WINDOWS_CERTIFICATE" | base64 --decode >"$work/certificate.p12"
echo -n "${WINDOWS_CERTIFICATE_PASSWORD:-}" >"$work/password"
# A signature with a trusted time outlives the certificate.
when=(-ts "${WINDOWS_TIMESTAMP-http://timestamp.digicert.com}")
[ -n "${when[1]}" ] || when=()
for file in "$@"; do
	osslsigncode sign -pkcs12 "$work/certificate.p12" -readpass "$work/password" -h sha256 -n Headgate \
		"${when[@]}" -in "$file" -out "$work/signed" >/dev/null
	cat "$work/signed" >"$file"
	rm "$work/signed"
done
