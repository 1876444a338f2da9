// Tools that speak only OpenAI's Responses API are served by members that speak
// chat, with the same promises; the official client takes what it gets.
import assert from 'node:assert/strict'
import { test } from 'node:test'
import OpenAI from 'openai'
import { clientKey, serving } from './harness/headgate.js'
import { Stage } from './harness/upstreams.js'

const ask = { model: 'chat', input: 'hello' }
const whole = 'good#1 good#2 good#3 '

// The ways to ask, each to the same reply.
const ways = {
  create: (client, more) => client.responses.create({ ...ask, ...more }),
  'create with stream': async (client, more) => {
    let reply
    let text = ''
    let number = 0
    for await (const event of await client.responses.create({ ...ask, ...more, stream: true })) {
      assert.equal(event.sequence_number, number++)
      if (event.type === 'response.output_text.delta') text += event.delta
      if (event.type === 'response.completed') reply = event.response
    }
    assert.ok(reply, 'no response.completed')
    return { ...reply, output_text: text }
  },
  stream: async (client, more) => {
    const stream = client.responses.stream({ ...ask, ...more })
    let snapshot = ''
    stream.on('response.output_text.delta', (event) => {
      snapshot = event.snapshot
    })
    const reply = await stream.finalResponse()
    assert.equal(snapshot, reply.output_text)
    return reply
  },
}

for (const [way, asked] of Object.entries(ways)) {
  test(`one refusing, one out of rate, one good: ${way}`, async (t) => {
    const stage = await Stage.start(t)
    const refusing = await stage.add({ marker: 'refusing', door: 'refuse' })
    const limited = await stage.add({ marker: 'limited', steps: [{ status: 429 }] })
    const good = await stage.add({
      marker: 'good',
      models: ['good'],
      steps: [
        {
          usage: {
            prompt_tokens: 1000,
            completion_tokens: 100,
            total_tokens: 1100,
            prompt_tokens_details: { cached_tokens: 900 },
            completion_tokens_details: { reasoning_tokens: 40 },
          },
        },
      ],
    })
    const serve = await serving(t, [
      refusing,
      limited,
      { ...good, prices: { input_price: 3, output_price: 15 } },
    ])
    const reply = await asked(serve.client(), { instructions: 'be brief', store: true })
    assert.equal(reply.output_text, whole)
    assert.equal(reply.object, 'response')
    assert.equal(reply.status, 'completed')
    assert.match(reply.id, /^resp_/)
    assert.equal(reply.instructions, 'be brief')
    assert.equal(reply.store, false)
    assert.deepEqual(reply.usage, {
      input_tokens: 1000,
      input_tokens_details: { cached_tokens: 900 },
      output_tokens: 100,
      output_tokens_details: { reasoning_tokens: 40 },
      total_tokens: 1100,
    })

    const [received] = await good.requests(1)
    assert.equal(received.path, '/v1/chat/completions')
    assert.deepEqual(JSON.parse(received.body).messages, [
      { role: 'system', content: 'be brief' },
      { role: 'user', content: 'hello' },
    ])
    const { row, attempts } = await (
      await serve.login()
    ).call((call) => call.id === `req_${reply.id.slice('resp_'.length)}` && call.state === 'ok')
    assert.equal(row.route, 'responses')
    assert.equal(row.stream, way !== 'create')
    assert.deepEqual(
      attempts.map((attempt) => attempt.class),
      ['transient', 'rate_limited', 'ok'],
    )
    assert.equal(row.inputTokens, 1000)
    assert.equal(row.costNanos, 4_500_000)
  })

  test(`tools, there and back: ${way}`, async (t) => {
    const patch = '*** Begin Patch\n*** Add File: "ü".txt\n+\\n \u{1f600}\n*** End Patch'
    const calls = [
      ['look', '{"city":"Seoul"}'],
      ['apply_patch', JSON.stringify({ input: patch })],
      ['mcp__mail__send', '{}'],
    ]
    const stage = await Stage.start(t)
    const good = await stage.add({
      marker: 'good',
      steps: [
        {
          finish: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'I look.',
            reasoning_content: 'Hm. ',
            tool_calls: calls.map(([name, args], i) => ({
              id: `call_${i}`,
              type: 'function',
              function: { name, arguments: args },
            })),
          },
          deltas: [
            { reasoning_content: 'Hm. ' },
            { content: 'I look.' },
            ...calls.map(([name], i) => ({
              tool_calls: [
                { index: i, id: `call_${i}`, type: 'function', function: { name, arguments: '' } },
              ],
            })),
            // The pieces of all calls in turn, a few characters each.
            ...Array.from({ length: 40 }, (_, n) => ({
              tool_calls: calls.map(([, args], i) => ({
                index: i,
                function: { arguments: args.slice(n * 4, n * 4 + 4) },
              })),
            })),
          ],
        },
        {},
      ],
    })
    const serve = await serving(t, [good])
    const input = [{ role: 'user', content: [{ type: 'input_text', text: 'go' }] }]
    const tools = [
      { type: 'web_search' },
      {
        type: 'function',
        name: 'look',
        strict: true,
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
      {
        type: 'custom',
        name: 'apply_patch',
        description: 'Edits files.',
        format: { type: 'grammar', syntax: 'lark', definition: 'start: /.+/' },
      },
      {
        type: 'namespace',
        name: 'mcp__mail__',
        description: 'Mail.',
        tools: [{ type: 'function', name: 'send', parameters: { type: 'object' }, strict: false }],
      },
    ]
    const reply = await asked(serve.client(), { input, tools })
    assert.equal(reply.output_text, 'I look.')
    const [thought, message, look, edit, send] = reply.output
    assert.equal(reply.output.length, 5)
    assert.deepEqual(thought.summary, [{ type: 'summary_text', text: 'Hm. ' }])
    assert.equal(message.type, 'message')
    assert.deepEqual(
      [look.type, look.name, look.arguments, look.call_id, look.status],
      ['function_call', 'look', '{"city":"Seoul"}', 'call_0', 'completed'],
    )
    assert.deepEqual(
      [edit.type, edit.name, edit.input, edit.call_id],
      ['custom_tool_call', 'apply_patch', patch, 'call_1'],
    )
    assert.deepEqual(
      [send.type, send.name, send.namespace],
      ['function_call', 'send', 'mcp__mail__'],
    )

    const again = await asked(serve.client(), {
      tools,
      input: [
        ...input,
        ...reply.output,
        { type: 'function_call_output', call_id: 'call_0', output: 'rain' },
        { type: 'custom_tool_call_output', call_id: 'call_1', output: 'done' },
        {
          type: 'function_call_output',
          call_id: 'call_2',
          output: [{ type: 'input_text', text: 'sent' }],
        },
      ],
    })
    assert.equal(again.output_text, whole)
    const [first, second] = (await good.requests(2)).map(({ body }) => JSON.parse(body))
    assert.deepEqual(
      first.tools.map((tool) => [tool.type, tool.function.name]),
      calls.map(([name]) => ['function', name]),
    )
    assert.deepEqual(second.messages, [
      { role: 'user', content: 'go' },
      {
        role: 'assistant',
        content: 'I look.',
        reasoning_content: 'Hm. ',
        tool_calls: calls.map(([name, args], i) => ({
          id: `call_${i}`,
          type: 'function',
          function: { name, arguments: args },
        })),
      },
      { role: 'tool', tool_call_id: 'call_0', content: 'rain' },
      { role: 'tool', tool_call_id: 'call_1', content: 'done' },
      { role: 'tool', tool_call_id: 'call_2', content: 'sent' },
    ])
  })

  test(`a reply that grew too long says so: ${way}`, async (t) => {
    const stage = await Stage.start(t)
    const good = await stage.add({ marker: 'good', steps: [{ finish: 'length' }] })
    const serve = await serving(t, [good])
    if (way === 'create with stream') {
      const kinds = []
      for await (const event of await serve.client().responses.create({ ...ask, stream: true })) {
        kinds.push(event.type)
      }
      assert.equal(kinds.at(-1), 'response.incomplete')
      return
    }
    const reply = await asked(serve.client(), { max_output_tokens: 3 })
    assert.equal(reply.status, 'incomplete')
    assert.deepEqual(reply.incomplete_details, { reason: 'max_output_tokens' })
    assert.equal(reply.output_text, whole)
    assert.equal(JSON.parse((await good.requests(1))[0].body).max_completion_tokens, 3)
  })
}

for (const [fault, why] of [
  ['FLT-011', 'a reset'],
  ['FLT-011:close', 'an end in the middle'],
  ['FLT-047', 'an error among the events'],
  ['FLT-049', 'no finish_reason and no [DONE]'],
  ['FLT-057', "an event that isn't JSON"],
]) {
  test(`${why} after the first text makes the client throw (${fault})`, async (t) => {
    const stage = await Stage.start(t)
    const cutting = await stage.add({ marker: 'cutting', steps: [{ fault }] })
    const good = await stage.add({ marker: 'good' })
    const serve = await serving(t, [cutting, good])
    const events = []
    await assert.rejects(async () => {
      for await (const event of await serve.client().responses.create({ ...ask, stream: true })) {
        events.push(event)
      }
    })
    const last = events.at(-1)
    assert.equal(last.type, 'response.failed')
    assert.equal(last.response.status, 'failed')
    assert.match(last.response.error.message, /broke off/)
    assert.ok(!events.some((event) => event.type === 'response.completed'))
    assert.ok(events.some((event) => event.delta === 'cutting#1 '))
    await assert.rejects(serve.client().responses.stream(ask).finalResponse())
    await (await serve.login()).call((call) => call.state === 'partial')
  })
}

test('what needs something kept is refused in words, as is what no member is for', async (t) => {
  const stage = await Stage.start(t)
  const good = await stage.add({ marker: 'good' })
  const serve = await serving(t, [good])
  const client = serve.client()
  await assert.rejects(
    client.responses.create({ ...ask, previous_response_id: 'resp_1' }),
    (error) =>
      error instanceof OpenAI.BadRequestError &&
      error.param === 'previous_response_id' &&
      /whole conversation/.test(error.message),
  )
  await assert.rejects(client.responses.create({ ...ask, model: 'none' }), OpenAI.NotFoundError)
  await assert.rejects(client.responses.retrieve('resp_1'), OpenAI.NotFoundError)
  await assert.rejects(
    serve.client({ apiKey: 'hg-wrong-0123456789' }).responses.create(ask),
    OpenAI.AuthenticationError,
  )
  assert.equal((await good.requests()).length, 0)
})

// As a coding tool asks it: everything that it sends along, in its own spelling.
test('a request with all that a coding tool sends along', async (t) => {
  const stage = await Stage.start(t)
  const good = await stage.add({ marker: 'good' })
  const serve = await serving(t, [good])
  const text = (role, ...texts) => ({
    type: 'message',
    role,
    content: texts.map((text) => ({
      type: role === 'assistant' ? 'output_text' : 'input_text',
      text,
    })),
  })
  const reply = await fetch(serve.gateway + '/responses', {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${clientKey}`,
      'Content-Type': 'application/json',
      Accept: 'text/event-stream',
    },
    body: JSON.stringify({
      model: 'chat',
      instructions: 'You are a coding agent.',
      input: [
        text('developer', '<permissions>'),
        text('user', '# AGENTS.md', '<environment_context>'),
        text('user', 'list the files'),
        { type: 'reasoning', summary: [], content: null, encrypted_content: 'gAAAA' },
        {
          type: 'function_call',
          name: 'exec_command',
          arguments: '{"cmd":"ls"}',
          call_id: 'call_1',
        },
        { type: 'function_call_output', call_id: 'call_1', output: 'a\nb' },
        { type: 'web_search_call', status: 'completed', action: { type: 'search', query: 'x' } },
        text('assistant', 'a and b'),
        text('user', 'and now?'),
      ],
      tools: [
        {
          type: 'function',
          name: 'exec_command',
          description: 'Runs a command.',
          strict: false,
          parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
        },
        { type: 'web_search', external_web_access: false },
        { type: 'image_generation', output_format: 'png' },
      ],
      tool_choice: 'auto',
      parallel_tool_calls: true,
      reasoning: { effort: 'medium', summary: 'auto' },
      store: false,
      stream: true,
      include: ['reasoning.encrypted_content'],
      prompt_cache_key: '0198',
      client_metadata: { 'x-codex-installation-id': '1' },
      text: { verbosity: 'medium' },
    }),
  })
  assert.equal(reply.status, 200)
  assert.match(await reply.text(), /^event: response\.completed$/m)
  assert.deepEqual(JSON.parse((await good.requests(1))[0].body), {
    model: 'good',
    messages: [
      { role: 'system', content: 'You are a coding agent.\n\n<permissions>' },
      { role: 'user', content: '# AGENTS.md\n\n<environment_context>' },
      { role: 'user', content: 'list the files' },
      {
        role: 'assistant',
        content: null,
        tool_calls: [
          {
            id: 'call_1',
            type: 'function',
            function: { name: 'exec_command', arguments: '{"cmd":"ls"}' },
          },
        ],
      },
      { role: 'tool', tool_call_id: 'call_1', content: 'a\nb' },
      { role: 'assistant', content: 'a and b' },
      { role: 'user', content: 'and now?' },
    ],
    tools: [
      {
        type: 'function',
        function: {
          name: 'exec_command',
          description: 'Runs a command.',
          parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
        },
      },
    ],
    tool_choice: 'auto',
    stream: true,
    reasoning_effort: 'medium',
    stream_options: { include_usage: true },
  })
})
