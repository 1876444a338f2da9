import userEvent from '@testing-library/user-event'
import { describe, expect, it } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { show } from '../../testing/show'
import Markdown from './Markdown.svelte'

const harmless = new Set(
  'DIV P STRONG EM DEL CODE PRE BR A SPAN UL OL LI BLOCKQUOTE TABLE THEAD TBODY TR TH TD HR'.split(
    ' ',
  ),
)
const attributes = new Set(['class', 'href', 'target', 'rel', 'start', 'tabindex', 'style'])

const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  'a <img src="https://evil.example/?leak"> b',
  '![leak](https://evil.example/leak.png)',
  '![leak][1]\n\n[1]: https://evil.example/leak.png',
  '<svg onload=alert(1)><script>alert(1)</script></svg>',
  '<iframe srcdoc="<script>alert(1)</script>"></iframe>',
  '<a href="javascript:alert(1)">click</a>',
  '[click](javascript:alert(1))',
  '[click](JaVaScRiPt&#58;alert(1))',
  '[click](java\tscript:alert(1))',
  '[click](data:text/html;base64,PHNjcmlwdD4=)',
  '[click](vbscript:msgbox(1))',
  '[click](https://good.example" onmouseover="alert(1))',
  '[click](http://plain.example/)',
  '[click](https://bank.example@evil.example/)',
  '<javascript:alert(1)>',
  '```"><script>alert(1)</script>\nx\n```',
  '`<script>alert(1)</script>`',
  '| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |',
  '- [ ] <input autofocus onfocus=alert(1)>',
  '<style>*{background:url(https://evil.example)}</style>',
  '<form action="https://evil.example"><button>Log in</button></form>',
  '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
  '<div style="position:fixed;inset:0">over all</div>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  `${'>'.repeat(3000)} deep`,
  `${'['.repeat(500)}x${']'.repeat(500)}(javascript:alert(1))`,
  '<base href="https://evil.example/"><meta http-equiv="refresh" content="0;url=https://evil.example">',
]

describe('what a model writes', () => {
  it.each(attacks)('makes nothing but text of %s', async (text) => {
    const { view } = await show(Markdown, { text })
    for (const element of view.container.querySelectorAll('*')) {
      expect(harmless, element.tagName).toContain(element.tagName)
      for (const { name } of element.attributes) expect(attributes, name).toContain(name)
      const href = element.getAttribute('href')
      if (href) expect(href).toMatch(/^https:\/\/(?!bank)/)
    }
    expect(view.container.textContent?.trim()).not.toBe('')
  })

  it('stays to be read when it is HTML', async () => {
    const { view } = await show(Markdown, { text: 'Use `<b>` or\n\n<div>a block</div>' })
    expect(view.container.querySelector('code')).toHaveTextContent('<b>')
    expect(view.container).toHaveTextContent('<div>a block</div>')
  })

  it('is laid out', async () => {
    const text = [
      '# Title',
      'a **b** *c* ~~d~~ &amp; e<br>f',
      '1. one\n2. two\n   - inner',
      '- [x] done',
      '> said',
      '| a | b |\n|---|--:|\n| 1 | 2 |',
      '```py\nprint("<x>")\n```',
      '---',
    ].join('\n\n')
    const { view } = await show(Markdown, { text })
    const one = (selector: string) => view.container.querySelector(selector)
    expect(one('strong')).toHaveTextContent('b')
    expect(one('em')).toHaveTextContent('c')
    expect(one('del')).toHaveTextContent('d')
    expect(view.container).toHaveTextContent('& e')
    expect(one('ol > li:nth-child(2) > ul > li')).toHaveTextContent('inner')
    expect(view.container).toHaveTextContent('☑')
    expect(one('blockquote')).toHaveTextContent('said')
    expect(one('td:nth-child(2)')).toHaveTextContent('2')
    expect(one('pre')).toHaveTextContent('print("<x>")')
    expect(one('br')).not.toBeNull()
    expect(one('hr')).not.toBeNull()
    expect(one('h1, h2, h3')).toBeNull()
  })

  it('shows where a link leads, which opens outside', async () => {
    const fake = new FakeProgram()
    const { view } = await show(
      Markdown,
      { text: '[docs](https://docs.example/a?b=c) https://plain.example' },
      fake,
    )
    const [docs, plain] = view.container.querySelectorAll('a')
    expect(view.container).toHaveTextContent(
      'docs (https://docs.example/a?b=c) https://plain.example',
    )
    expect(docs).toHaveAttribute('rel', 'noopener noreferrer nofollow')
    await userEvent.click(docs as Element)
    expect(fake.browsed).toBe('https://docs.example/a?b=c')
    expect(plain).toHaveAttribute('href', 'https://plain.example/')
  })
})
