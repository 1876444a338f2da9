import { screen, waitFor } from '@testing-library/svelte'
import { expect, it } from 'vitest'
import type * as T from '../lib/api/types'
import { FakeProgram } from '../testing/fake'
import { show } from '../testing/show'
import Banners from './Banners.svelte'

it('shows what is to be read until it is dismissed, and again when it comes again', async () => {
  const fake = new FakeProgram()
  const waiting: T.Notice[] = [{ code: 'calls_waiting', params: {} }]
  const tell = (notices: T.Notice[]) => {
    fake.about = { ...fake.about, notices }
    fake.publish('notices')
  }
  const { user } = await show(Banners, {}, fake)
  const banner = () => screen.queryByText(/^The call log can't be written/)
  expect(banner()).toBeNull()
  tell(waiting)
  await waitFor(() => expect(banner()).not.toBeNull())
  await user.click(screen.getByRole('button', { name: 'Dismiss' }))
  expect(banner()).toBeNull()
  tell([])
  tell([{ code: 'calls_lost', params: { Count: '7' } }])
  expect(await screen.findByText(/missing from the call log.*: 7\./)).toBeVisible()
  tell(waiting)
  await waitFor(() => expect(banner()).not.toBeNull())
})
