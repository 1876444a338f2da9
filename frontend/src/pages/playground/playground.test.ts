import { fireEvent, screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it } from 'vitest'
import type { Question } from '../../lib/api'
import { FakeProgram } from '../../testing/fake'
import { attempt, member, model, provider, row } from '../../testing/samples'
import { show } from '../../testing/show'
import PlaygroundPage from './PlaygroundPage.svelte'
// So that no test has to wait for its code.
import '../../lib/ui/Markdown.svelte'

function program(): FakeProgram {
  const fake = new FakeProgram()
  const openai = provider(1, 'OpenAI', {
    models: [model(1, 1, 'gpt-4.1'), model(2, 1, 'gpt-4.1-mini')],
  })
  fake.providers = [openai, provider(2, 'Groq', { enabled: false, models: [model(3, 2, 'llama')] })]
  const group = { policy: 'priority', keyless: false, rules: [], createdAt: 0, updatedAt: 0 }
  fake.groups = [
    { ...group, id: 1, name: 'sleeping', enabled: false, members: [] },
    { ...group, id: 2, name: 'chat', enabled: true, members: [member(1, openai, 1, 1)] },
  ]
  return fake
}

const hello = [
  { callId: 'req-7', status: 200 },
  { text: 'Good ', firstTextMs: 210 },
  { text: 'day', done: true, finish: 'stop', totalMs: 900 },
]

const message = () => screen.findByLabelText('Message')
const asked = (fake: FakeProgram) => fake.last('Playground.Send')?.[0] as Question
const sends = (fake: FakeProgram) =>
  fake.sent.filter(({ method }) => method === 'Playground.Send').length

async function choose(user: Awaited<ReturnType<typeof show>>['user'], search: string) {
  await user.click(await screen.findByRole('button', { name: /Group or model/ }))
  await user.type(await screen.findByRole('combobox', { name: 'Search groups and models' }), search)
  await user.keyboard('{Enter}')
}

describe('a question', () => {
  it('goes to the first group that is on, and says what was chosen and nothing else', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    expect(await screen.findByText('Good day')).toBeVisible()
    expect(asked(fake)).toEqual({
      group: 'chat',
      modelId: 0,
      messages: [{ role: 'user', text: 'Hello' }],
      stream: true,
      temperature: null,
      topP: null,
      maxTokens: null,
    })
    expect(await message()).toHaveValue('')
  })

  it('carries the conversation, the system text and the parameters', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await screen.findByLabelText(/System prompt/), 'Be brief.')
    await user.click(screen.getByRole('button', { name: 'Parameters' }))
    await user.type(screen.getByLabelText('Temperature'), '0,7')
    await user.type(screen.getByLabelText('Max output tokens'), '50')
    await user.click(screen.getByRole('switch', { name: 'Whole reply at once' }))
    await user.type(await message(), 'Hello{Enter}')
    await screen.findByText('Good day')
    await user.type(await message(), 'And{Shift>}{Enter}{/Shift}now?{Enter}')
    await waitFor(() => expect(sends(fake)).toBe(2))
    expect(asked(fake)).toEqual({
      group: 'chat',
      modelId: 0,
      messages: [
        { role: 'system', text: 'Be brief.' },
        { role: 'user', text: 'Hello' },
        { role: 'assistant', text: 'Good day' },
        { role: 'user', text: 'And\nnow?' },
      ],
      stream: false,
      temperature: 0.7,
      topP: null,
      maxTokens: 50,
    })
  })

  it('goes straight to a model that was found by its provider', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await choose(user, 'openai mini')
    expect(await screen.findByText(/This model alone is asked/)).toBeVisible()
    await user.type(await message(), 'Hello{Enter}')
    await waitFor(() => expect(asked(fake)).toMatchObject({ group: '', modelId: 2 }))
  })

  it('is not sent by the Enter that ends a composition', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    const field = await message()
    await user.type(field, 'こんにちは')
    await fireEvent.keyDown(field, { key: 'Enter', isComposing: true })
    await fireEvent.keyDown(field, { key: 'Enter', keyCode: 229 })
    expect(sends(fake)).toBe(0)
    await fireEvent.keyDown(field, { key: 'Enter' })
    await waitFor(() => expect(sends(fake)).toBe(1))
  })

  it('waits for parameters that can be sent', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Parameters' }))
    await user.type(screen.getByLabelText('Temperature'), '3')
    expect(screen.getByText('Enter a number from 0 to 2')).toBeVisible()
    await user.type(await message(), 'Hello{Enter}')
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled()
    expect(sends(fake)).toBe(0)
    await user.clear(screen.getByLabelText('Temperature'))
    await user.type(screen.getByLabelText('Max output tokens'), '0')
    expect(screen.getByText('Enter a whole number from 1')).toBeVisible()
  })

  it('is written anew, sent again, or forgotten', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Helo{Enter}')
    await screen.findByText('Good day')
    await user.click(screen.getByRole('button', { name: 'Edit the question' }))
    expect(screen.queryByText('Good day')).toBeNull()
    expect(await message()).toHaveValue('Helo')
    expect(await message()).toHaveFocus()
    await user.clear(await message())
    await user.type(await message(), 'Hello{Enter}')
    await user.click(await screen.findByRole('button', { name: 'Send again' }))
    await waitFor(() => expect(sends(fake)).toBe(3))
    expect(asked(fake).messages).toEqual([{ role: 'user', text: 'Hello' }])
    await screen.findByText('Good day')
    await user.click(screen.getByRole('button', { name: 'Clear conversation' }))
    expect(screen.queryByText('Good day')).toBeNull()
  })
})

describe('a reply', () => {
  it('is stopped by Escape, keeps what came, and belongs to the conversation', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    await waitFor(() => expect(sends(fake)).toBe(1))
    fake.say({ text: 'Good' })
    expect(await screen.findByText('Good')).toBeVisible()
    expect(screen.getByText('Esc stops the reply')).toBeVisible()
    await user.keyboard('{Escape}')
    expect((await screen.findAllByText('Stopped'))[0]).toBeVisible()
    expect(fake.last('Playground.Stop')).toHaveLength(1)
    expect(screen.getByText('Good')).toBeVisible()
    await user.type(await message(), 'Go on{Enter}')
    await waitFor(() => expect(asked(fake).messages).toHaveLength(3))
  })

  it('is stopped by the button before it was even sent', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    await user.click(await screen.findByRole('button', { name: 'Stop' }))
    await screen.findAllByText('Stopped')
    expect(await message()).toHaveFocus()
  })

  it('tells who answered once the log has the call, and why others did not', async () => {
    const fake = program()
    fake.answer = hello
    fake.attempts = [
      attempt({
        provider: 'Groq',
        model: 'llama',
        status: 429,
        class: 'rate_limited',
        reason: 'rate_limited',
        totalMs: 90,
      }),
      attempt({ provider: 'OpenAI', model: 'gpt-4.1', totalMs: 800 }),
    ]
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    await waitFor(() => expect(fake.last('Calls.Get')).toEqual(['req-7']))
    expect(await screen.findByRole('link', { name: 'See the call' })).toHaveAttribute(
      'href',
      '#/calls?call=req-7',
    )
    expect(screen.queryByText('Answered by')).toBeNull()

    fake.rows = [
      row(7, {
        member: 'gpt-4.1',
        stream: true,
        attempts: 2,
        firstTokenMs: 210,
        durationMs: 910,
        inputTokens: 11,
        outputTokens: 14,
        costNanos: 42_000,
      }),
    ]
    fake.publish('calls')
    expect(await screen.findByText('Answered by')).toBeVisible()
    const fact = (name: string) => screen.getByText(name).nextElementSibling
    expect(fact('Answered by')).toHaveTextContent('OpenAI · gpt-4.1')
    expect(fact('First token')).toHaveTextContent('210ms')
    expect(fact('Speed')).toHaveTextContent('20 tokens/s')
    expect(fact('Tokens in, out')).toHaveTextContent('11 → 14')
    expect(fact('Cost')).toHaveTextContent('$0.000042')
    const [first, second] = within(screen.getByRole('list', { name: '2 attempts' })).getAllByRole(
      'listitem',
    )
    expect(first).toHaveTextContent('Groq · llama')
    expect(first).toHaveTextContent('Rate limited')
    expect(first).toHaveTextContent("Too many requests for the provider's limits.")
    expect(second).toHaveTextContent('Success')
  })

  it.each([
    [
      { errorCode: 'upstream_error', errorMessage: 'All failed.', status: 502 },
      'The provider failed',
      false,
    ],
    [{ errorCode: 'reply_broken_off', text: 'Go', status: 200 }, 'The reply broke off', false],
    [{ errorCode: 'odd_thing', status: 400 }, 'odd_thing', false],
    [{ errorMessage: 'Teapot', errorCode: '', status: 418 }, 'Teapot', false],
    [{ status: 200 }, 'The reply held no text.', true],
    [{ status: 200, text: 'Go', finish: 'length' }, 'Ended at the limit of output tokens', true],
  ])('says in words what went wrong: %j', async (said, words, answered) => {
    const fake = program()
    fake.answer = [{ callId: 'req-7', ...said, done: true, totalMs: 20 }]
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    expect(await screen.findByText(words)).toBeVisible()
    expect(screen.queryAllByText('Answered')).toHaveLength(answered ? 1 : 0)
    expect(screen.queryAllByRole('alert')).toHaveLength(answered ? 0 : 1)
  })

  it('can be read further after it could not be read', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    fake.failing.set('Playground.Read', { code: 'unreachable' })
    fake.answer = hello
    await user.type(await message(), 'Hello{Enter}')
    await screen.findByText('The reply could not be read further')
    fake.failing.clear()
    await user.click(screen.getByRole('button', { name: 'Retry' }))
    expect(await screen.findByText('Good day')).toBeVisible()
    expect(sends(fake)).toBe(1)
  })

  it('says why a message could not be sent', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    fake.failing.set('Playground.Send', { code: 'playground_busy', params: { Max: '16' } })
    await user.type(await message(), 'Hello{Enter}')
    expect(await screen.findByText('The message could not be sent')).toBeVisible()
    expect(screen.getByText(/16 tries are running at once/)).toBeVisible()
  })

  it('is text until Markdown is asked for, with its reasoning beside it', async () => {
    const fake = program()
    fake.answer = [{ reasoning: 'hm' }, { text: '**bold** <img src=x>', done: true, totalMs: 5 }]
    const { user, view } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    expect(await screen.findByText('**bold** <img src=x>')).toBeVisible()
    const reasoning = screen.getByText('Reasoning').closest('details')
    expect(reasoning).toHaveTextContent('hm')
    expect(reasoning).not.toHaveAttribute('open')
    await user.click(screen.getByRole('switch', { name: 'Show Markdown' }))
    expect(await screen.findByText('bold')).toBeVisible()
    expect(view.container.querySelector('img')).toBeNull()
    await user.click(screen.getByRole('button', { name: 'Copy reply' }))
    await waitFor(() => expect(fake.copied).toBe('**bold** <img src=x>'))
  })
})

describe('the code', () => {
  it('asks what was asked, in three languages', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.click(await screen.findByRole('button', { name: 'Parameters' }))
    await user.type(screen.getByLabelText('Temperature'), '0.5')
    await user.type(await message(), "What's up?{Enter}")
    await screen.findByText('Good day')
    await user.click(screen.getByRole('button', { name: 'Copy as code' }))
    const dialog = within(await screen.findByRole('dialog'))
    const body = `{"model":"chat","messages":[{"role":"user","content":"What'\\''s up?"}],"stream":true,"temperature":0.5}`
    expect(dialog.getByRole('region')).toHaveTextContent(`-d '${body}'`)
    await user.click(dialog.getByRole('button', { name: 'Python' }))
    const python = dialog.getByRole('region')
    expect(python).toHaveTextContent('base_url="http://127.0.0.1:8001/v1"')
    expect(python).toHaveTextContent('temperature=0.5, stream=True, )')
    expect(python).toHaveTextContent(`{"role": "user", "content": "What's up?"}`)
    await user.click(dialog.getByRole('button', { name: 'Node' }))
    expect(dialog.getByRole('region')).toHaveTextContent('for await (const event of stream)')
    await user.click(dialog.getByRole('button', { name: 'Copy code' }))
    await waitFor(() => expect(fake.copied).toContain('temperature: 0.5,'))
  })

  it('asks a group that has the model', async () => {
    const fake = program()
    const { user } = await show(PlaygroundPage, {}, fake)
    await choose(user, 'gpt-4.1')
    await user.click(screen.getByRole('button', { name: 'Copy as code' }))
    expect(await screen.findByText(/this asks the group “chat”/)).toBeVisible()
    await user.keyboard('{Escape}')
    await choose(user, 'llama')
    await user.click(screen.getByRole('button', { name: 'Copy as code' }))
    expect(await screen.findByText(/none holds this model yet/)).toBeVisible()
  })
})

describe('the page', () => {
  it('asks for a provider first', async () => {
    await show(PlaygroundPage, {})
    expect(await screen.findByText('Nothing to try yet')).toBeVisible()
    expect(screen.getByRole('link', { name: 'Add provider' })).toHaveAttribute(
      'href',
      '#/providers?add=1',
    )
  })

  it('says that the groups could not be had', async () => {
    const fake = program()
    fake.failing.set('Groups.List', { code: 'internal' })
    await show(PlaygroundPage, {}, fake)
    expect(await screen.findByText('The groups could not be loaded')).toBeVisible()
  })

  it('sends nothing while the gateway is stopped', async () => {
    const fake = program()
    fake.answer = hello
    const { user } = await show(PlaygroundPage, {}, fake)
    await user.type(await message(), 'Hello{Enter}')
    await screen.findByText('Good day')
    fake.door = { ...fake.door, state: 'stopped' }
    fake.publish('gateway')
    expect(await screen.findByText('The gateway is stopped. Start it to ask.')).toBeVisible()
    await user.type(await message(), 'And now?{Enter}')
    expect(screen.getByRole('button', { name: 'Send' })).toBeDisabled()
    expect(screen.getByRole('button', { name: 'Send again' })).toBeDisabled()
    expect(sends(fake)).toBe(1)
    fake.door = { ...fake.door, state: 'running' }
    fake.publish('gateway')
    await screen.findByText('Enter sends, Shift+Enter begins a new line')
    await user.click(screen.getByRole('button', { name: 'Send' }))
    await waitFor(() => expect(sends(fake)).toBe(2))
  })
})
