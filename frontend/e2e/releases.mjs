// A server that releases are fetched from, which signs them as minisign does.

import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { createServer } from 'node:http'

const lines = (...all) => `${all.join('\n')}\n`

/** A key pair of minisign's, and what signs with it. */
function signer() {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const id = randomBytes(8)
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32)
  return {
    key: Buffer.concat([Buffer.from('Ed'), id, raw]).toString('base64'),
    sign: (text) => {
      const signature = sign(null, createHash('blake2b512').update(text).digest(), privateKey)
      const trusted = 'timestamp:1790000000'
      const whole = sign(null, Buffer.concat([signature, Buffer.from(trusted)]), privateKey)
      return lines(
        'untrusted comment: signature',
        Buffer.concat([Buffer.from('ED'), id, signature]).toString('base64'),
        `trusted comment: ${trusted}`,
        whole.toString('base64'),
      )
    },
  }
}

/**
 * Serves /manifest.json, its signature and /file. publish makes a release whose file has
 * the content; change may tamper with what is served after it was signed. hold lets a
 * file's second half wait until the returned function is called. asked is every path.
 */
export async function releases() {
  const { key, sign } = signer()
  let manifest = Buffer.from('{}')
  let signature = ''
  let file = Buffer.alloc(0)
  let held = Promise.resolve()
  const asked = []
  const server = createServer(async (request, response) => {
    asked.push(request.url)
    if (request.url === '/manifest.json') return response.end(manifest)
    if (request.url === '/manifest.json.minisig') return response.end(signature)
    const half = file.length / 2
    response.writeHead(200, { 'Content-Length': file.length })
    response.write(file.subarray(0, half))
    await held
    response.end(file.subarray(half))
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${server.address().port}`

  const publish = (version, date, content, change = (served) => served) => {
    const described = {
      os: process.platform === 'win32' ? 'windows' : process.platform,
      arch: process.arch === 'x64' ? 'amd64' : process.arch,
      kind: 'archive',
      name: `headgate_${version}.tar.gz`,
      url: `${url}/file`,
      size: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    }
    const text = JSON.stringify({
      version,
      date,
      notes: `What ${version} brings.\n<b>Plain text</b>`,
      page: `https://headgate.example/${version}`,
      files: [described],
    })
    signature = sign(text)
    const served = change({ text, content })
    manifest = Buffer.from(served.text)
    file = served.content
  }
  const hold = () => {
    let goOn
    held = new Promise((resolve) => (goOn = resolve))
    return goOn
  }
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { key, manifest: `${url}/manifest.json`, asked, publish, hold, close }
}
