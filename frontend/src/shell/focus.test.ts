import { afterEach, beforeEach, expect, it } from 'vitest'
import { keepFocus } from './focus'

let page: HTMLElement
let stop: () => void

/** An element with its children. */
function built(tag: string, ...children: (Node | string)[]) {
  const element = document.createElement(tag)
  element.append(...children)
  return element
}

function row(id: string) {
  const tr = built(
    'tr',
    ...['Edit', 'Delete'].map((what) => built('td', built('button', `${what} ${id}`))),
  )
  tr.id = id
  return tr
}

beforeEach(() => {
  location.hash = '#/keys'
  page = built(
    'main',
    built('button', 'Add'),
    built('table', built('tbody', ...['a', 'b', 'c'].map(row))),
  )
  document.body.replaceChildren(page)
  stop = keepFocus(page)
})
afterEach(() => {
  stop()
  document.body.replaceChildren()
})

const focused = () => document.activeElement?.textContent
const button = (text: string) =>
  [...document.querySelectorAll('button')].find((one) => one.textContent === text)!
/** Takes an element away as a browser does, where the focus then is on the body. */
async function gone(element: Element) {
  ;(document.activeElement as HTMLElement).blur()
  element.remove()
  await new Promise((resolve) => setTimeout(resolve))
}

it('goes to the same control of the next row', async () => {
  button('Delete b').focus()
  await gone(document.getElementById('b')!)
  expect(focused()).toBe('Delete c')
  await gone(document.getElementById('c')!)
  expect(focused()).toBe('Delete a')
})

it('goes to what is first on the page when the list is gone', async () => {
  button('Delete a').focus()
  await gone(document.querySelector('table')!)
  expect(focused()).toBe('Add')
})

it('stays where somebody has put it, and goes nowhere on another page', async () => {
  button('Delete b').focus()
  button('Add').focus()
  await gone(document.getElementById('a')!)
  expect(document.activeElement).toBe(document.body)
  button('Delete b').focus()
  location.hash = '#/calls'
  await gone(document.querySelector('table')!)
  expect(document.activeElement).toBe(document.body)
})
