import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { member, model, provider, row } from '../../testing/samples'
import { Failure, type Topic, type Transport } from '../api'
import { asFailure } from '../api'
import { Changes } from './changes'
import { Checklist } from './checklist.svelte'
import { GatewayDoor } from './gateway.svelte'
import { Groups } from './groups.svelte'
import { ApiKeys } from './keys.svelte'
import { inputOf, Providers } from './providers.svelte'
import { Resource } from './resource.svelte'

let fake: FakeProgram
beforeEach(() => {
  localStorage.clear()
  fake = new FakeProgram()
  fake.install()
})

describe('asFailure', () => {
  it.each([
    ['{"code":"port_taken","params":{"Address":"a"}}', 'port_taken'],
    [{ code: 'name_taken' }, 'name_taken'],
    ['not json', 'internal'],
    [new TypeError('x'), 'internal'],
    [undefined, 'internal'],
  ])('%s', (reason, code) => expect(asFailure(reason, 'm').code).toBe(code))
})

describe('Resource', () => {
  it('fetches once more when it is asked during a fetch', async () => {
    let n = 0
    const resource = new Resource(async () => ++n)
    await Promise.all([resource.refresh(), resource.refresh(), resource.refresh()])
    expect(resource.data).toBe(2)
  })

  it('keeps old data beside the failure', async () => {
    const answers: (() => number)[] = [
      () => 1,
      () => {
        throw new Failure({ code: 'internal' }, 'm')
      },
    ]
    const resource = new Resource(async () => answers.shift()!())
    await resource.refresh()
    await resource.refresh()
    expect([resource.data, resource.failure?.code]).toEqual([1, 'internal'])
  })
})

describe('Changes', () => {
  afterEach(() => void vi.useRealTimers())

  it('tells each follower at once, then at most four times a second', () => {
    vi.useFakeTimers()
    const changes = new Changes()
    const heard = vi.fn()
    changes.follow(['calls', 'health'], heard)
    let send: (topics: Topic[]) => void = () => {}
    const stop = changes.connect({
      listen: (to) => ((send = to), () => {}),
    } as Partial<Transport> as Transport)
    send(['calls', 'health'])
    expect(heard).toHaveBeenCalledTimes(1)
    for (let i = 0; i < 20; i++) send(['calls'])
    vi.advanceTimersByTime(Changes.pause)
    expect(heard).toHaveBeenCalledTimes(2)
    send(['providers'])
    vi.advanceTimersByTime(1000)
    expect(heard).toHaveBeenCalledTimes(2)
    stop()
  })

  it('waits while nobody can see the window', () => {
    const changes = new Changes()
    const heard = vi.fn()
    changes.follow(['calls'], heard)
    const hidden = vi.spyOn(document, 'hidden', 'get').mockReturnValue(true)
    const stop = changes.connect({ listen: () => () => {} } as Partial<Transport> as Transport)
    changes.publish(['calls'])
    expect(heard).not.toHaveBeenCalled()
    hidden.mockReturnValue(false)
    document.dispatchEvent(new Event('visibilitychange'))
    expect(heard).toHaveBeenCalledTimes(1)
    stop()
  })
})

describe('Providers', () => {
  it('keeps stored keys by id and never sends their hints', async () => {
    const stored = provider(1, 'A', { keys: [{ id: 7, hint: 'sk-a…', enabled: false }] })
    expect(inputOf(stored).keys).toEqual([{ id: 7, secret: '', enabled: false }])
  })

  it('reads what Go leaves empty as empty lists', async () => {
    fake.providers = [{ ...provider(1, 'A'), keys: null, models: null, headers: null } as never]
    const providers = new Providers()
    await providers.list.refresh()
    expect(providers.all[0]).toMatchObject({ keys: [], models: [], headers: [] })
  })

  it('remembers a test of a stored provider', async () => {
    fake.probe = { ...fake.probe, models: null as never }
    const providers = new Providers()
    providers.keepTest(3, await providers.test(inputOf(provider(3, 'A'))))
    expect(providers.lastTest(3)?.models).toEqual([])
  })
})

describe('Groups', () => {
  it('clears a cooldown', async () => {
    fake.health = [
      {
        memberId: 4,
        failures: 2,
        cooldownUntil: 9e15,
        pinnedUntil: 0,
        trial: false,
        probing: false,
        class: 'timeout',
        reason: 'x',
        message: '',
        lastFailureAt: 1,
      },
    ]
    const groups = new Groups()
    await groups.refreshHealth()
    expect(groups.health(4)?.failures).toBe(2)
    await groups.clearCooldown(4)
    expect(fake.last('Groups.ClearCooldown')).toEqual([4])
    expect(groups.health(4)).toBeUndefined()
  })
})

describe('GatewayDoor', () => {
  it('takes a failed start as a state, not as an error', async () => {
    const door = new GatewayDoor()
    fake.failing.set('Gateway.Start', { code: 'port_taken', params: { Address: 'a' } })
    fake.door = {
      ...fake.door,
      state: 'failed',
      error: { code: 'port_taken', params: { Address: 'a' } },
    }
    await door.start()
    expect(door.status?.state).toBe('failed')
    expect(door.busy).toBe(false)
  })
})

describe('Checklist', () => {
  it('names the next step until the first call was answered', async () => {
    const states = [new Providers(), new Groups(), new ApiKeys()] as const
    const list = new Checklist(...states)
    const refresh = async () => {
      await Promise.all([...states.map((state) => state.list.refresh()), list.refresh()])
      return list.next
    }
    expect(list.known).toBe(false)
    expect(await refresh()).toBe('provider')
    expect(list.known).toBe(true)
    const a = provider(1, 'A')
    fake.providers = [a]
    expect(await refresh()).toBe('model')
    a.models = [model(1, 1, 'm')]
    fake.groups = [
      {
        id: 1,
        name: 'g',
        policy: 'priority',
        keyless: false,
        rules: [],
        enabled: true,
        members: [],
        createdAt: 0,
        updatedAt: 0,
      },
    ]
    expect(await refresh()).toBe('group')
    fake.groups[0]!.members = [member(1, a, 1, 1)]
    expect(await refresh()).toBe('key')
    fake.keys = [{ id: 1 } as never]
    fake.rows = [row(1, { state: 'failed' })]
    expect(await refresh()).toBe('call')
    fake.rows.push(row(2))
    expect(await refresh()).toBeUndefined()
    list.dismiss()
    expect(new Checklist(...states).visible).toBe(false)
  })
})
