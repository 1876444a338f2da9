import { screen, waitFor } from '@testing-library/svelte'
import { expect, it, vi } from 'vitest'
import { show } from '../../testing/show'
import OfferForm from './OfferForm.svelte'

const offer = {
  name: 'Example AI',
  baseUrl: 'https://api.example.com/v1',
  dialect: '',
  models: ['m1', 'm2', 'm1'],
}

it('a link fills the form in, says so, and does nothing', async () => {
  const onclose = vi.fn()
  const { fake, user } = await show(OfferForm, { offer, onclose })
  expect(await screen.findByText(/A link from outside Headgate/)).toBeVisible()
  expect(screen.getByText('api.example.com')).toBeVisible()
  expect(screen.getByRole('textbox', { name: 'Name' })).toHaveValue('Example AI')
  const changes = () => fake.sent.filter(({ method }) => /Save|Test|ListModels/.test(method))
  expect(changes()).toEqual([])
  await user.click(screen.getByRole('button', { name: 'Cancel' }))
  expect(changes()).toEqual([])
  await waitFor(() => expect(onclose).toHaveBeenCalled())
})

it('a person saves it, with its models', async () => {
  const { fake, user } = await show(OfferForm, { offer, onclose: () => {} })
  await user.click(await screen.findByRole('button', { name: 'Save' }))
  await waitFor(() =>
    expect(fake.providers.at(-1)?.models.map((m) => m.name)).toEqual(['m1', 'm2']),
  )
  expect(fake.providers.at(-1)).toMatchObject({ name: 'Example AI', baseUrl: offer.baseUrl })
})
