import { screen, waitFor, within } from '@testing-library/svelte'
import { describe, expect, it, vi } from 'vitest'
import { show } from '../../testing/show'
import Chooser from './Chooser.svelte'
import Menu from './Menu.svelte'
import Picker from './Picker.svelte'

async function menu() {
  const chosen = vi.fn()
  const items = ['Edit', 'Copy', 'Delete'].map((label) => ({
    label,
    disabled: label === 'Copy',
    onselect: () => chosen(label),
  }))
  const shown = await show(Menu, { label: 'More', items })
  return { ...shown, chosen, button: screen.getByRole('button', { name: 'More' }) }
}

describe('a menu', () => {
  it('opens by keyboard on its first item, and goes round without what is off', async () => {
    const { user, button } = await menu()
    button.focus()
    await user.keyboard('{ArrowDown}')
    const item = (name: string) => screen.getByRole('menuitem', { name })
    expect(item('Edit')).toHaveFocus()
    await user.keyboard('{ArrowDown}')
    expect(item('Delete')).toHaveFocus()
    await user.keyboard('{ArrowDown}')
    expect(item('Edit')).toHaveFocus()
    await user.keyboard('{End}')
    expect(item('Delete')).toHaveFocus()
    await user.keyboard('e')
    expect(item('Edit')).toHaveFocus()
  })

  it('gives the focus back, then acts', async () => {
    const { user, button, chosen } = await menu()
    chosen.mockImplementation(() => expect(button).toHaveFocus())
    button.focus()
    await user.keyboard('{ArrowDown}{Enter}')
    expect(chosen.mock.calls).toEqual([['Edit']])
    expect(screen.queryByRole('menu')).toBeNull()
  })

  it.each(['{Escape}', '{Tab}'])('closes with %s and does nothing', async (key) => {
    const { user, button, chosen } = await menu()
    await user.click(button)
    expect(button).toHaveAttribute('aria-expanded', 'true')
    await user.keyboard(key)
    expect(screen.queryByRole('menu')).toBeNull()
    expect(button).toHaveFocus()
    expect(chosen).not.toHaveBeenCalled()
  })

  it('closes with a press elsewhere, with its button, and when something else takes the focus', async () => {
    const { user, button } = await menu()
    await user.click(button)
    await user.click(document.body)
    expect(screen.queryByRole('menu')).toBeNull()
    await user.click(button)
    await user.click(button)
    expect(screen.queryByRole('menu')).toBeNull()
    await user.click(button)
    const other = document.body.appendChild(document.createElement('input'))
    other.focus()
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull())
    expect(other).toHaveFocus()
    other.remove()
  })

  it('leaves the window its shortcuts', async () => {
    const { user, button } = await menu()
    await user.click(button)
    const heard = vi.fn()
    const hear = (event: KeyboardEvent) => event.ctrlKey && heard(event.key, event.defaultPrevented)
    addEventListener('keydown', hear)
    await user.keyboard('{Control>}k{/Control}')
    removeEventListener('keydown', hear)
    expect(heard).toHaveBeenCalledWith('k', false)
  })
})

async function picker() {
  const onpick = vi.fn()
  const options = ['gpt-4.1', 'gpt-4.1-mini', 'qwen3'].map((label, i) => ({
    value: String(i),
    label,
    hint: i < 2 ? 'OpenAI' : 'Ollama',
  }))
  const given = { label: 'Model', placeholder: 'Search', nothing: 'Nothing', options, onpick }
  const shown = await show(Picker, given)
  const field = screen.getByRole('combobox', { name: 'Model' })
  const current = () => {
    const id = field.getAttribute('aria-activedescendant')
    return id && document.getElementById(id)?.textContent?.replace(/\s+/g, ' ').trim()
  }
  return { ...shown, onpick, field, current }
}

describe('a picker', () => {
  it('narrows down by words of what is shown and takes with Enter', async () => {
    const { user, field, current, onpick } = await picker()
    await user.type(field, 'open mini')
    expect(screen.getAllByRole('option')).toHaveLength(1)
    expect(current()).toMatch(/^gpt-4.1-mini/)
    await user.keyboard('{Enter}')
    expect(onpick.mock.calls).toEqual([['1']])
    expect(screen.queryByRole('listbox')).toBeNull()
    expect(field).toHaveFocus()
    expect(field).toHaveValue('')
  })

  it('takes nothing that was not pointed at', async () => {
    const { user, field, onpick, current } = await picker()
    await user.click(field)
    await user.keyboard('{Enter}')
    expect(onpick).not.toHaveBeenCalled()
    await user.keyboard('{ArrowUp}')
    expect(current()).toMatch(/^qwen3/)
    await user.keyboard('{ArrowDown}')
    expect(current()).toMatch(/^gpt-4.1 /)
  })

  it.each([
    ['while it composes', { isComposing: true }],
    ['as WebKit sends it afterwards', { keyCode: 229 }],
  ])("leaves an input method's keys alone %s", async (_, made) => {
    const { user, field, onpick } = await picker()
    await user.type(field, 'q')
    for (const key of ['Enter', 'Escape'])
      field.dispatchEvent(
        new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...made }),
      )
    expect(onpick).not.toHaveBeenCalled()
    expect(screen.getByRole('listbox')).toBeInTheDocument()
  })

  it('closes with Escape and stays in its field; a click takes an option', async () => {
    const { user, field, onpick } = await picker()
    await user.type(field, 'gpt')
    await user.keyboard('{Escape}')
    expect(screen.queryByRole('listbox')).toBeNull()
    expect(field).toHaveFocus()
    await user.click(field)
    await user.click(screen.getByRole('option', { name: /qwen3/ }))
    expect(onpick.mock.calls).toEqual([['2']])
  })

  it('says that nothing matches', async () => {
    const { user, field } = await picker()
    await user.type(field, 'claude')
    expect(within(screen.getByRole('status')).getByText('Nothing')).toBeInTheDocument()
  })
})

describe('a popover with a list', () => {
  async function chooser() {
    const onpick = vi.fn()
    const choices = ['chat', 'code'].map((label) => ({ value: label, label }))
    const { user } = await show(Chooser, {
      label: 'Model',
      chosen: 'chat',
      value: 'chat',
      groups: [{ id: 'groups', title: 'Groups', choices }],
      searchLabel: 'Search models',
      nothing: 'Nothing',
      more: String,
      onpick,
    })
    return { user, onpick, button: screen.getByRole('button', { name: 'Model chat' }) }
  }

  it('has the focus in its field, and gives it back', async () => {
    const { user, button, onpick } = await chooser()
    button.focus()
    await user.keyboard('{Enter}')
    expect(screen.getByRole('combobox', { name: 'Search models' })).toHaveFocus()
    await user.keyboard('{ArrowDown}{Enter}')
    expect(onpick.mock.calls).toEqual([['code']])
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(button).toHaveFocus()
    await user.keyboard('{Enter}{Escape}')
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(button).toHaveFocus()
  })

  it('is left with Tab', async () => {
    const { user, button } = await chooser()
    const next = document.body.appendChild(document.createElement('button'))
    await user.click(button)
    await user.tab()
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull())
    next.remove()
  })
})
