import { screen, waitFor } from '@testing-library/svelte'
import { expect, it } from 'vitest'
import { FakeProgram } from '../testing/fake'
import { show } from '../testing/show'
import Shell from './Shell.svelte'

const offer = { name: 'Example AI', baseUrl: 'https://a.example/v1', dialect: '', models: [] }

it('shows what a link offers, one at a time, and why one is refused', async () => {
  const fake = new FakeProgram()
  fake.offer = offer
  const { user } = await show(Shell, {}, fake)
  const name = () => screen.findByRole('textbox', { name: 'Name' })
  expect(await name()).toHaveValue('Example AI')
  fake.offer = { ...offer, name: 'Another' }
  fake.emit('link', undefined)
  await waitFor(() => expect(fake.offer).toBeNull())
  expect(await name()).toHaveValue('Example AI')
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Name' })).toBeNull())

  fake.failing.set('Links.Take', { code: 'link_invalid', params: {} })
  fake.emit('link', undefined)
  expect(await screen.findByText(/The link that was opened can't be used/)).toBeVisible()

  fake.failing.clear()
  fake.offer = offer
  fake.emit('link', undefined)
  expect(await name()).toHaveValue('Example AI')
})
