#!/usr/bin/env bash
# Makes Headgate.app for both kinds of Macs and a disk image of it, on a Mac. What there is a
# certificate for is signed, and what there is a notary's key for is notarised; the variables
# are those of .github/workflows/release.yml.
set -euo pipefail
cd "$(dirname "$0")/../.."
VERSION=${VERSION:-$(build/dist/version.sh)}
out=$PWD/build/bin/dist
work=$(mktemp -d)
keychain=$work/signing.keychain-db
trap 'security delete-keychain "$keychain" 2>/dev/null || true; rm -rf "$work"' EXIT
mkdir -p "$out"

npm ci --prefix frontend --no-audit --no-fund
npm --prefix frontend run build
GOBIN=$work go -C build/tools install github.com/wailsapp/wails/v2/cmd/wails
# Info.plist takes its version from wails.json.
cp wails.json "$work/wails.json"
sed -i '' "s/\"productVersion\": *\"[^\"]*\"/\"productVersion\": \"${VERSION%%-*}\"/" wails.json
"$work/wails" build -platform darwin/universal -s -m -nosyncgomod -skipbindings -trimpath \
	-ldflags "-s -w -X main.version=$VERSION ${LDFLAGS:-}" -o headgate
cp "$work/wails.json" wails.json
app=build/bin/Headgate.app
[ -d "$app" ] || mv build/bin/headgate.app "$app"
mkdir -p "$app/Contents/Resources"
cp LICENSE "$app/Contents/Resources/LICENSE"

if [ -n "${MACOS_CERTIFICATE:-}" ]; then
	echo "$MACOS_CERTIFICATE" | base64 --decode >"$work/certificate.p12"
	password=$(uuidgen)
	security create-keychain -p "$password" "$keychain"
	security set-keychain-settings -lut 3600 "$keychain"
	security unlock-keychain -p "$password" "$keychain"
	security import "$work/certificate.p12" -k "$keychain" -P "$MACOS_CERTIFICATE_PASSWORD" -T /usr/bin/codesign
	security set-key-partition-list -S apple-tool:,apple: -s -k "$password" "$keychain" >/dev/null
	identity=$(security find-identity -v -p codesigning "$keychain" | awk 'NR == 1 { print $2 }')
	sign=(codesign --force --timestamp --options runtime --keychain "$keychain" --sign "$identity")
else
	echo "macos: no certificate: signed for this machine alone" >&2
	sign=(codesign --force --sign -)
fi
"${sign[@]}" "$app"
codesign --verify --strict --verbose=2 "$app"

dmg=$out/headgate_${VERSION}_darwin_universal.dmg
mkdir "$work/disk"
cp -R "$app" "$work/disk/"
ln -s /Applications "$work/disk/Applications"
hdiutil create -volname Headgate -srcfolder "$work/disk" -fs HFS+ -format UDZO -ov "$dmg"
"${sign[@]}" "$dmg"

if [ -n "${MACOS_NOTARY_KEY:-}" ] && [ -n "${MACOS_CERTIFICATE:-}" ]; then
	echo "$MACOS_NOTARY_KEY" | base64 --decode >"$work/notary.p8"
	xcrun notarytool submit "$dmg" --key "$work/notary.p8" --key-id "$MACOS_NOTARY_KEY_ID" \
		--issuer "$MACOS_NOTARY_ISSUER" --wait --timeout 30m
	xcrun stapler staple "$dmg"
	xcrun stapler validate "$dmg"
else
	echo "macos: not notarised: there is no key for it" >&2
fi
ls -l "$out"
