import { fireEvent, screen, waitFor } from '@testing-library/svelte'
import { createRawSnippet } from 'svelte'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { show } from '../../testing/show'
import ConfirmDialog from './ConfirmDialog.svelte'
import Dialog from './Dialog.svelte'
import { modal } from './modal'
import { notify } from './notify'
import Toasts from './Toasts.svelte'

const html = (text: string) => createRawSnippet(() => ({ render: () => text }))

afterEach(() => vi.useRealTimers())

describe('a dialog', () => {
  async function dialog(onsubmit?: () => unknown) {
    const opener = document.body.appendChild(document.createElement('button'))
    opener.focus()
    const onclose = vi.fn()
    const given = { open: true, title: 'Edit', onclose, onsubmit, children: html('<input>') }
    const shown = await show(Dialog, given)
    return { ...shown, opener, onclose, box: screen.getByRole('dialog', { name: 'Edit' }) }
  }

  it('closes with Escape once and gives the focus back', async () => {
    const { user, opener, onclose } = await dialog(vi.fn())
    expect(screen.getByRole('textbox')).toHaveFocus()
    await user.keyboard('{Escape}')
    expect(onclose).toHaveBeenCalledTimes(1)
    expect(screen.queryByRole('dialog')).toBeNull()
    expect(opener).toHaveFocus()
    opener.remove()
  })

  it("stays when Escape was an input method's", async () => {
    const { opener, onclose } = await dialog(vi.fn())
    await fireEvent.keyDown(screen.getByRole('textbox'), { key: 'Escape', isComposing: true })
    expect(onclose).not.toHaveBeenCalled()
    opener.remove()
  })

  it('stays while its form is being sent, and sends it once', async () => {
    let answer = () => {}
    const onsubmit = vi.fn(() => new Promise<void>((resolve) => (answer = resolve)))
    const { user, opener, onclose, box } = await dialog(onsubmit)
    await fireEvent.submit(box.querySelector('form')!)
    await fireEvent.submit(box.querySelector('form')!)
    expect(onsubmit).toHaveBeenCalledTimes(1)
    await user.keyboard('{Escape}')
    await fireEvent.pointerDown(box, { clientX: 5, clientY: 5 })
    expect(screen.getByRole('button', { name: 'Close' })).toBeDisabled()
    expect(onclose).not.toHaveBeenCalled()
    answer()
    await waitFor(() => expect(screen.getByRole('button', { name: 'Close' })).toBeEnabled())
    await user.keyboard('{Escape}')
    expect(onclose).toHaveBeenCalledTimes(1)
    opener.remove()
  })

  it('closes with a press beside it, unless something was written in its form', async () => {
    const first = await dialog(vi.fn())
    await fireEvent.pointerDown(first.box, { clientX: 5, clientY: 5 })
    expect(first.onclose).toHaveBeenCalledTimes(1)
    first.opener.remove()
    const second = await dialog(vi.fn())
    await second.user.type(screen.getByRole('textbox'), 'much')
    await fireEvent.pointerDown(second.box, { clientX: 5, clientY: 5 })
    expect(second.onclose).not.toHaveBeenCalled()
    second.opener.remove()
  })
})

describe('a question', () => {
  it('waits for what has begun, and says that it failed', async () => {
    let answer = (_wrong?: string) => {}
    const onconfirm = () => new Promise<string | undefined>((resolve) => (answer = resolve))
    const given = { open: true, title: 'Delete it?', confirm: 'Delete', onconfirm }
    const { user } = await show(ConfirmDialog, { ...given, children: html('<p>Gone.</p>') })
    expect(screen.getByRole('button', { name: 'Cancel' })).toHaveFocus()
    await user.click(screen.getByRole('button', { name: 'Delete' }))
    expect(screen.getByRole('button', { name: 'Cancel' })).toBeDisabled()
    await user.keyboard('{Escape}')
    answer('It is in use.')
    expect(await screen.findByRole('alert')).toHaveTextContent('It is in use.')
    await user.click(screen.getByRole('button', { name: 'Delete' }))
    expect(screen.queryByRole('alert')).toBeNull()
    answer()
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull())
  })
})

describe('toasts', () => {
  it('can be reached past a dialog, and are there after it', async () => {
    await show(Toasts, { label: 'Messages' })
    const box = document.body.appendChild(document.createElement('dialog'))
    const close = modal({ onclose: vi.fn() })(box)
    const act = vi.fn()
    notify('Deleted', { label: 'Undo', act })
    expect(box).toContainElement(await screen.findByText('Deleted'))
    box.remove()
    close()
    expect(screen.getByText('Deleted')).toBeInTheDocument()
    screen.getByRole('button', { name: 'Undo' }).click()
    expect(act).toHaveBeenCalledTimes(1)
    await waitFor(() => expect(screen.queryByText('Deleted')).toBeNull())
  })

  it('go after a while, but not while one is in them', async () => {
    await show(Toasts, { label: 'Messages' })
    vi.useFakeTimers()
    notify('Saved')
    notify('Deleted', { label: 'Undo', act: vi.fn() })
    await vi.advanceTimersByTimeAsync(2600)
    expect(screen.queryByText('Saved')).toBeNull()
    screen.getByRole('button', { name: 'Undo' }).focus()
    await vi.advanceTimersByTimeAsync(20_000)
    const last = screen.getByRole('button', { name: 'Undo' })
    last.blur()
    await vi.advanceTimersByTimeAsync(2600)
    expect(screen.queryByText('Deleted')).toBeNull()
  })

  it('leave nothing behind when they are taken away', async () => {
    const { view } = await show(Toasts, { label: 'Messages' })
    vi.useFakeTimers()
    notify('Saved')
    view.unmount()
    expect(screen.queryByRole('region')).toBeNull()
    expect(vi.getTimerCount()).toBe(0)
  })
})
