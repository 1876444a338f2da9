#!/usr/bin/env bash
# The packages' texts, read by the programs whose formats they are. Needs no `make dist`.
cd "$(dirname "$0")/../../.." || exit 1
. build/dist/test/world.sh

for script in build/dist/*.sh build/dist/test/*.sh; do bash -n "$script"; done
passed "shell scripts are read by bash"

sed "s/@VERSION@/1.2.3/; s/@DATE@/2026-01-02/; s/@TYPE@/stable/" build/dist/linux/app.headgate.Headgate.metainfo.xml >"$work/app.headgate.Headgate.metainfo.xml"
appstreamcli validate --no-net --explain "$work/app.headgate.Headgate.metainfo.xml"
passed "AppStream"

desktop-file-validate build/dist/linux/headgate.desktop
passed "desktop entry"

sed "s,@BINDIR@,$work," build/dist/linux/headgate.service >"$work/headgate.service"
install -m755 /bin/true "$work/headgate-server"
if command -v systemd-analyze >/dev/null; then
	XDG_RUNTIME_DIR="$work" SYSTEMD_UNIT_PATH="$work:" systemd-analyze --user --man=no --recursive-errors=no verify "$work/headgate.service" 2>&1 |
		tee "$work/unit.log"
	! grep -F headgate.service "$work/unit.log" || die "systemd doesn't understand the unit"
	passed "systemd unit"
fi

words=$(MANWIDTH=80 man -l --warnings=all build/dist/linux/headgate.1 2>&1 >"$work/man" || true)
[ -z "$words" ] && grep -q DESCRIPTION "$work/man" || die "the manual page: $words"
passed "manual page"

/usr/bin/python3 - <<-'END'
	import re, sys, yaml
	compose = yaml.safe_load(open("compose.yaml"))
	service = compose["services"]["headgate"]
	assert service["read_only"] and service["cap_drop"] == ["ALL"], "the container may more than it needs"
	assert all(str(p).startswith("127.0.0.1:") for p in service["ports"]), "a port is open to the network"
	assert set(v.split(":")[0] for v in service["volumes"]) == set(compose["volumes"]), "volumes"
	flow = yaml.safe_load(open(".github/workflows/release.yml"))
	jobs = flow["jobs"]
	for name, job in jobs.items():
	    needs = job.get("needs", [])
	    assert set([needs] if isinstance(needs, str) else needs) <= set(jobs), f"{name} needs {needs}"
	    assert job["timeout-minutes"] if name in ("macos", "linux-and-windows") else True
	    for step in job["steps"]:
	        assert "uses" not in step or re.search(r"@[0-9a-f]{40}$", step["uses"]), f"{name}: {step} isn't pinned"
	yaml.safe_load(open("build/dist/nfpm.yaml"))
END
passed "compose file, workflow and packages' list"
