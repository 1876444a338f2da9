import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connect } from './transport'

class FakeSource {
  static readonly CLOSED = 2
  static all: FakeSource[] = []
  readyState = 0
  onmessage: (message: { data: string }) => void = () => {}
  onerror: () => void = () => {}
  onopen: () => void = () => {}
  close = vi.fn()

  constructor(readonly url: string) {
    FakeSource.all.push(this)
  }

  end(readyState: number) {
    this.readyState = readyState
    this.onerror()
  }
}

const reply = (status: number, body: unknown) => async () =>
  new Response(JSON.stringify(body), { status })

describe('what has changed', () => {
  const login = vi.fn()
  const heard = vi.fn()
  const lost = vi.fn()

  function listen() {
    const stop = connect(login).listen(heard, lost)
    const [source] = FakeSource.all
    if (!source) throw new Error('nothing listens')
    return { stop, source }
  }

  beforeEach(() => {
    vi.useFakeTimers()
    vi.clearAllMocks()
    FakeSource.all = []
    delete window.go
    vi.stubGlobal('EventSource', FakeSource)
  })
  afterEach(() => {
    vi.unstubAllGlobals()
    vi.useRealTimers()
    delete window.go
  })

  it('is heard, and what was missed while it was broken off is told', () => {
    const { source, stop } = listen()
    source.onopen()
    source.onmessage({ data: '["groups"]' })
    expect(heard).toHaveBeenCalledWith(['groups'])
    source.end(0)
    expect(lost).not.toHaveBeenCalled()
    source.onopen()
    expect(lost).toHaveBeenCalledOnce()
    stop()
    expect(source.close).toHaveBeenCalledOnce()
  })

  it('asks for a login where the session was ended', async () => {
    vi.stubGlobal('fetch', reply(401, { code: 'login_required', params: {} }))
    const { source, stop } = listen()
    source.end(FakeSource.CLOSED)
    await vi.waitFor(() => expect(login).toHaveBeenCalledOnce())
    stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(FakeSource.all).toHaveLength(1)
  })

  it('is listened to again where the session goes on', async () => {
    vi.stubGlobal('fetch', reply(200, { username: 'ada', passwordGiven: false }))
    const { source, stop } = listen()
    source.end(FakeSource.CLOSED)
    await vi.advanceTimersByTimeAsync(5_000)
    expect(login).not.toHaveBeenCalled()
    expect(FakeSource.all).toHaveLength(2)
    FakeSource.all[1]?.onopen()
    expect(lost).toHaveBeenCalledOnce()
    stop()
    expect(FakeSource.all[1]?.close).toHaveBeenCalledOnce()
  })
})
