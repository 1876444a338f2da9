import { describe, expect, it } from 'vitest'
import { layOut, looksLikeJson, streamedText } from './json'

describe('layOut', () => {
  it.each([
    ['{"b":1,"a":[]}', '{\n  "b": 1,\n  "a": []\n}'],
    // Digits and escapes stay as they were sent.
    [
      '[1.20e5,12345678901234567890,"a\\"],{"]',
      '[\n  1.20e5,\n  12345678901234567890,\n  "a\\"],{"\n]',
    ],
    ['{ "a" : { } , "b" : null }', '{\n  "a": {},\n  "b": null\n}'],
    // Cut in the middle.
    ['{"a":[{"b":"cut he', '{\n  "a": [\n    {\n      "b": "cut he'],
    ['{"a":1}}}', '{\n  "a": 1\n}\n}\n}'],
  ])('of %s', (given, want) => expect(layOut(given)).toBe(want))

  it('is quick with a large body', () => {
    const large = JSON.stringify({
      messages: Array.from({ length: 20_000 }, (_, i) => ({ i, text: 'x'.repeat(30) })),
    })
    const began = performance.now()
    expect(JSON.parse(layOut(large))).toEqual(JSON.parse(large))
    expect(performance.now() - began).toBeLessThan(2000)
  })
})

it.each([
  ['{"a":1}', true],
  [' [1]', true],
  ['{}', true],
  ['data: {"a":1}', false],
  ['{not json', false],
  ['', false],
])('looksLikeJson %s', (text, want) => expect(looksLikeJson(text)).toBe(want))

it('streamedText joins what the events carry', () => {
  const event = (content: string) =>
    `data: ${JSON.stringify({ choices: [{ delta: { content } }] })}\n\n`
  const events = `: hello\n\n${event('Mount ')}data: {"choices":[{"delta":{}}]}\n\n${event('Everest')}data: [DONE]\n\ndata: {"choices":[{"del`
  expect(streamedText(events)).toBe('Mount Everest')
  expect(streamedText('no events')).toBe('')
})
