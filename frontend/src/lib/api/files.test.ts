import { afterEach, expect, test, vi } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { asFailure } from './failure'
import { connect } from './transport'

const asked: { path: string; init: RequestInit }[] = []

function answer(status: number, body: unknown) {
  vi.stubGlobal('fetch', async (path: string, init: RequestInit) => {
    asked.push({ path, init })
    return new Response(JSON.stringify(body), { status })
  })
}

/** Runs choose on the file input that is clicked next. */
function onFileInput(choose: (input: HTMLInputElement) => void) {
  vi.spyOn(HTMLInputElement.prototype, 'click').mockImplementation(function (
    this: HTMLInputElement,
  ) {
    choose(this)
  })
}

function browser() {
  const loggedOut = vi.fn()
  delete window.go
  delete window.runtime
  return { transport: connect(loggedOut), loggedOut }
}

afterEach(() => {
  vi.unstubAllGlobals()
  vi.restoreAllMocks()
  asked.length = 0
  delete window.go
})

test('a browser fetches a document with a voucher', async () => {
  answer(200, { voucher: 'AB12', name: 'headgate-calls.csv' })
  const clicked: string[] = []
  vi.spyOn(HTMLAnchorElement.prototype, 'click').mockImplementation(function (
    this: HTMLAnchorElement,
  ) {
    clicked.push(`${this.getAttribute('href')} as ${this.download}`)
  })
  const name = await browser().transport.save('calls', { format: 'csv' })
  expect(name).toBe('headgate-calls.csv')
  expect(asked[0]?.path).toBe('/download/calls')
  expect(asked[0]?.init).toMatchObject({
    method: 'POST',
    body: '{"format":"csv"}',
    headers: { 'Content-Type': 'application/json' },
  })
  expect(clicked).toEqual(['/download/AB12 as headgate-calls.csv'])
  expect(document.querySelector('a')).toBeNull()
})

test('a session that is over shows the login', async () => {
  answer(401, { code: 'login_required' })
  const { transport, loggedOut } = browser()
  await expect(transport.save('calls', {})).rejects.toMatchObject({ code: 'login_required' })
  expect(loggedOut).toHaveBeenCalledOnce()
})

test('a browser sends the chosen file as it is', async () => {
  const upload = { id: 'U1', name: 'api server.db', size: 4 }
  answer(200, upload)
  const file = new File(['data'], 'api server.db')
  onFileInput((input) => {
    Object.defineProperty(input, 'files', { value: [file] })
    input.dispatchEvent(new Event('change'))
  })
  expect(await browser().transport.open()).toEqual(upload)
  expect(asked[0]?.path).toBe('/files?name=api%20server.db')
  expect(asked[0]?.init.body).toBe(file)
  expect(asked[0]?.init.headers).toEqual({ 'Content-Type': 'application/octet-stream' })
  expect(document.querySelector('input')).toBeNull()
})

test('no file chosen in a browser', async () => {
  onFileInput((input) => input.dispatchEvent(new Event('cancel')))
  answer(500, {})
  expect(await browser().transport.open()).toBeNull()
  expect(asked).toEqual([])
})

test('the window asks with dialogs of the system', async () => {
  const fake = new FakeProgram()
  fake.install()
  const transport = connect(() => {})
  fake.savesAs = 'mine.csv'
  expect(await transport.save('calls', { format: 'csv' })).toBe('mine.csv')
  expect(fake.last('Files.Save')).toEqual(['calls', '{"format":"csv"}'])
  expect(await transport.open()).toBeNull()
  fake.upload = { id: 'U1', name: 'a.json', size: 2 }
  expect(await transport.open()).toEqual(fake.upload)
  fake.failing.set('Files.Save', { code: 'file_unwritable', params: { File: '/x' } })
  const failure = await transport.save('calls', {}).catch((reason) => asFailure(reason, ''))
  expect(failure).toMatchObject({ code: 'file_unwritable', params: { File: '/x' } })
  fake.uninstall()
})
