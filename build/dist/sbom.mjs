// Prints what programs are made of as one CycloneDX document: the Go modules that any of them
// says it contains, and the npm packages of the window's pages.
// usage: node build/dist/sbom.mjs CYCLONEDX-GOMOD PROGRAM...
//
// Nothing of it depends on when or where it is made: the serial number is taken from the contents.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

const [gomod, ...programs] = process.argv.slice(2);
const version = process.env.VERSION;
const date = new Date(Number(process.env.SOURCE_DATE_EPOCH) * 1000).toISOString();

function run(command, args) {
	return JSON.parse(
		execFileSync(command, args, { maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] }),
	);
}

const components = new Map();
const dependencies = new Map();

/** Adds a document's components; `self` is its own name, which becomes Headgate's. */
function add(bom) {
	const self = bom.metadata.component['bom-ref'];
	for (const component of bom.components ?? []) components.set(component['bom-ref'], component);
	for (const { ref, dependsOn = [] } of bom.dependencies ?? []) {
		const from = ref === self ? 'headgate' : ref;
		dependencies.set(from, new Set([...(dependencies.get(from) ?? []), ...dependsOn]));
	}
}

const go = ['bin', '-json', '-std', '-licenses', '-noserial', '-short-purls', '-version', version];
for (const program of programs) add(run(gomod, [...go, program]));
// npm's own command leaves out what a development tool wants, too, Svelte among it.
const lock = JSON.parse(readFileSync('frontend/package-lock.json'));
for (const [path, entry] of Object.entries(lock.packages)) {
	if (path === '' || entry.dev || entry.devOptional) continue;
	const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
	const purl = `pkg:npm/${name.replace('@', '%40')}@${entry.version}`;
	components.set(purl, {
		'bom-ref': purl,
		type: 'library',
		name,
		version: entry.version,
		purl,
		licenses: [{ expression: entry.license }],
		hashes: [{ alg: 'SHA-512', content: Buffer.from(entry.integrity.slice(7), 'base64').toString('hex') }],
	});
	if (name in lock.packages[''].dependencies) dependencies.get('headgate').add(purl);
}

const sorted = (list) => [...list].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
const document = {
	bomFormat: 'CycloneDX',
	specVersion: '1.6',
	version: 1,
	metadata: {
		timestamp: date,
		component: {
			type: 'application',
			'bom-ref': 'headgate',
			name: 'headgate',
			version,
			licenses: [{ license: { id: 'MIT' } }],
		},
	},
	components: sorted(components.keys()).map((ref) => components.get(ref)),
	dependencies: sorted(dependencies.keys()).map((ref) => ({
		ref,
		dependsOn: sorted(dependencies.get(ref)),
	})),
};
const hash = createHash('sha256').update(JSON.stringify(document)).digest('hex');
const uuid = [hash.slice(0, 8), hash.slice(8, 12), `5${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`, hash.slice(20, 32)];
console.log(JSON.stringify({ ...document, serialNumber: `urn:uuid:${uuid.join('-')}` }, null, 1));
