import { screen, waitFor } from '@testing-library/svelte'
import { expect, it, vi } from 'vitest'
import { FakeProgram } from '../../testing/fake'
import { show } from '../../testing/show'
import SupportDialog from './SupportDialog.svelte'

it('shows each text before it is saved, and leaves out what was taken out', async () => {
  const onclose = vi.fn()
  const { fake, user } = await show(SupportDialog, { onclose })
  expect(await screen.findByRole('region', { name: 'program.json' })).toHaveTextContent('0.1.0')
  expect(screen.getByLabelText('Include goroutines.txt')).not.toBeChecked()
  await user.click(screen.getByRole('button', { name: /^log\.txt/ }))
  expect(screen.getByRole('region', { name: 'log.txt' })).toHaveTextContent('(empty)')
  await user.click(screen.getByLabelText('Include log.txt'))
  await user.click(screen.getByRole('button', { name: 'Save…' }))
  await waitFor(() => expect(onclose).toHaveBeenCalled())
  expect(fake.last('Files.Save')).toEqual([
    'support',
    JSON.stringify({ id: 'BUNDLE', without: ['goroutines.txt', 'log.txt'] }),
  ])
})

it('stays open when it is not to be had', async () => {
  const onclose = vi.fn()
  const fake = new FakeProgram()
  fake.failing.set('Support.Make', { code: 'internal' })
  const { user } = await show(SupportDialog, { onclose }, fake)
  expect(await screen.findByText('The support bundle could not be made')).toBeVisible()
  expect(screen.getByRole('button', { name: 'Save…' })).toBeDisabled()
  fake.failing.delete('Support.Make')
  await user.click(screen.getByRole('button', { name: 'Retry' }))
  expect(await screen.findByRole('region', { name: 'program.json' })).toBeVisible()
  expect(onclose).not.toHaveBeenCalled()
})
