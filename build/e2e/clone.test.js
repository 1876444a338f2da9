// A clean clone compiles before any npm step, and says what is still missing.
import assert from 'node:assert/strict'
import { cp } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { folder, Serve } from './harness/headgate.js'
import { run } from './harness/process.js'

const root = join(import.meta.dirname, '../..')

test('CGO_ENABLED=0 go build . in a clean clone serves a page that says how to build the pages', async (t) => {
  const clone = await folder(t)
  const listed = await run(
    t,
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    { cwd: root },
  )
  assert.equal(listed.code, 0, listed.stderr)
  for (const file of listed.stdout.split('\0').filter(Boolean)) {
    // A file that was removed but not yet committed is listed all the same.
    await cp(join(root, file), join(clone, file)).catch((error) =>
      assert.equal(error.code, 'ENOENT'),
    )
  }
  const binary = join(clone, 'headgate-test')
  const built = await run(t, 'go', ['build', '-o', binary, '.'], {
    cwd: clone,
    limit: 280_000, // from an empty build cache
    env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
  })
  assert.equal(built.code, 0, built.stderr)

  const serve = await Serve.start(t, await folder(t), { binary })
  const reply = await fetch(serve.admin + '/')
  assert.equal(reply.status, 200)
  assert.match(reply.headers.get('content-type'), /^text\/html/)
  assert.match(await reply.text(), /make |npm /)
})
